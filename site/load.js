"use strict";

/**
 * Loads what a page needs to think with once the page itself is on the screen, in the order that
 * the attribute data-scripts of this script names. Nothing that can be read waits for it.
 *
 * The page comes with its first question. Where the address asks for another view, that question
 * is kept out of sight until the scripts show the right one.
 */
(({ dataset }) => {
  if (location.hash.length > 1) document.documentElement.classList.add("arrives");

  function load() {
    for (const source of dataset.scripts.split(" ")) {
      const script = document.createElement("script");
      script.src = source;
      script.async = false;
      document.head.append(script);
    }
  }

  /** Once the page is seen; a second later where that is not told, or where nobody looks at it. */
  function seen() {
    return new Promise((done) => {
      setTimeout(done, 1000);
      new PerformanceObserver((told) => {
        if (told.getEntriesByName("first-contentful-paint").length) setTimeout(done);
      }).observe({ type: "paint", buffered: true });
    });
  }

  seen().then(load);
})(document.currentScript);
