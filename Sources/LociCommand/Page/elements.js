// Loci, Apache License 2.0.
"use strict";

// Elements of the page. Texts become text nodes and never markup, whatever identifiers and attributes hold.
const Elements = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "style") for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  };

  return {
    // element("p", {class: "soft"}, "text", otherElement)
    element: (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children),
    svg: (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children),
    byId: (id) => document.getElementById(id),
    // Says something to who listens to a screen reader.
    tell: (text) => { document.getElementById("told").textContent = text; },
  };
})();
