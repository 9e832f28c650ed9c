"""Probes: small programs that establish facts about the frameworks, one module per criterion.

    test_step_debugging.py      RUBRIC: which facts give which level
        test_keras(facts)       establishes the facts for Keras by running code
        test_tensorflow(facts)  the same facts for TensorFlow
        test_pytorch(facts)     the same facts for PyTorch

The level of a cell of the feature matrix follows from its facts by the rubric; nobody types it.
"""
