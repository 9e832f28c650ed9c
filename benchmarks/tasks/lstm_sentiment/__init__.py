"""An embedding and an LSTM on film reviews."""
