/* What the browser tests of the reports ask a page. Each answer that is a list is empty where all is well. */

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const brief = (element) => `${element.tagName.toLowerCase()} ${(element.textContent || "").trim().slice(0, 40)}`;
const box = (element) => element.getBoundingClientRect();

const channels = (colour) => {
  const found = colour.match(/[\d.]+/g).map(Number);
  return { rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1 };
};
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, two) => {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const behindOf = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const { rgb, alpha } = channels(getComputedStyle(each).backgroundColor);
    if (alpha === 1) return rgb;
    if (alpha > 0) throw new Error(`half a background: ${brief(each)}`);
  }
  return [255, 255, 255];
};

const brightness = () => luminance(behindOf(document.body));

const tooBroad = () => {
  const broad = document.documentElement.scrollWidth > innerWidth ? [`page: ${document.documentElement.scrollWidth}`] : [];
  const isFramed = (element) => element.closest(".frame") !== null || element.closest("svg") !== null || element.closest(".unseen") !== null;
  const outside = all("body *").filter((each) => isShown(each) && !isFramed(each) && (box(each).right > innerWidth + 0.5 || box(each).left < -0.5));
  return broad.concat(outside.filter((each) => getComputedStyle(each).clipPath === "none").map(brief));
};

const drawings = () => all("svg").filter(isShown);
const meet = (one, two) =>
  Math.min(one.right, two.right) - Math.max(one.left, two.left) > 0.5 && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 1;
const words = (svg) => all("text", svg).filter((each) => each.textContent.trim());

const touchingWords = () =>
  drawings().flatMap((svg) => {
    const found = words(svg);
    return found.flatMap((one, at) => found.slice(at + 1).filter((two) => meet(box(one), box(two))).map((two) => `${brief(one)} / ${brief(two)}`));
  });
const wordsOutside = () =>
  drawings().flatMap((svg) => {
    const frame = box(svg);
    return words(svg)
      .filter((each) => box(each).left < frame.left - 1 || box(each).right > frame.right + 1 || box(each).bottom > frame.bottom + 1 || box(each).top < frame.top - 1)
      .map(brief);
  });
const wordsOnBars = () =>
  drawings().flatMap((svg) => words(svg).filter((each) => all("rect", svg).some((bar) => meet(box(each), box(bar)))).map(brief));

const faint = (least) => {
  const found = [];
  const judge = (element, colour, what) => {
    const { rgb, alpha } = channels(colour);
    const ratio = contrast(rgb, behindOf(element));
    if (alpha < 1 || ratio < least) found.push(`${what}: ${ratio.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !isShown(element) || element.closest("title, desc")) continue;
    const style = getComputedStyle(element);
    judge(element, element.closest("svg") ? style.fill : style.color, brief(element));
  }
  for (const cell of all("td").filter(isShown)) {
    const style = getComputedStyle(cell, "::before");
    if (style.content !== "none") judge(cell, style.color, `name of ${cell.id}`);
  }
  return found;
};
const faintBars = (least) =>
  drawings().flatMap((svg) =>
    all("rect", svg)
      .map((each) => [each, getComputedStyle(each)])
      .map(([each, style]) => [each, channels(style.stroke === "none" ? style.fill : style.stroke).rgb])
      .filter(([each, rgb]) => contrast(rgb, behindOf(svg)) < least)
      .map(([each]) => each.getAttribute("class")),
  );

const strayLinks = () =>
  all('a[href^="#"]')
    .map((each) => decodeURIComponent(each.getAttribute("href").slice(1)))
    .filter((id) => document.getElementById(id) === null);
const doubleIds = () => {
  const ids = all("[id]").map((each) => each.id);
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
};
const active = () => {
  const kinds = all("script, img, iframe, object, embed, link, base, form, input, video, audio, foreignObject").map(brief);
  const handlers = all("*").filter((each) => each.getAttributeNames().some((name) => name.startsWith("on"))).map(brief);
  const addresses = all("[href], [src], [action], [xlink\\:href]").map((each) => each.getAttribute("href") ?? each.getAttribute("src"));
  return kinds.concat(handlers, addresses.filter((each) => !/^(#|https?:\/\/)/i.test(each)));
};

const scrolled = () => scrollY;
const focused = () => document.activeElement.textContent.trim();
const isOnScreen = (id) => {
  const { top, bottom } = box(document.getElementById(id));
  return top >= 0 && bottom <= innerHeight;
};
const places = () => all("body *").map(box).map(({ x, y, width, height }) => [x, y, width, height].join(" "));
const namesOfCells = (id) => getComputedStyle(document.getElementById(id), "::before").content.replaceAll('"', "");
const underlined = () => all("a").filter((each) => isShown(each) && getComputedStyle(each).textDecorationLine !== "none").map(brief);
const breakingRows = () => all("tbody tr, svg").filter((each) => !["avoid"].includes(getComputedStyle(each.closest("figure") ?? each).breakInside)).map(brief);
