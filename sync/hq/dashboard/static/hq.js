// Keeps a page up to date: it is asked for again when HQ says that something changed,
// and what is marked data-live is replaced. Without script the pages work as they are.
"use strict";
(() => {
  const body = document.body;
  // On a phone the navigation is wider than the page.
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  if (!("livePoint" in body.dataset) || !window.EventSource) return;
  const pulse = document.getElementById("pulse");
  const show = (on) => {
    pulse.classList.toggle("on", on);
    pulse.textContent = on ? pulse.dataset.well : pulse.dataset.lost;
  };
  // Somebody who types or has chosen something in there must not lose it.
  const busy = (part) => {
    const at = document.activeElement;
    return (at && part.contains(at) && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) || part.querySelector("input:checked") !== null;
  };
  // What is focused stays focused, where it is still there.
  const place = (part) => {
    const at = document.activeElement;
    return at && part.contains(at) ? Array.from(part.querySelectorAll("a,button")).indexOf(at) : -1;
  };
  let asking = false, again = false;
  const look = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
      if (answer.status === 401) { location.assign("/sign-in"); return; }
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(part.id);
        if (!now || now.innerHTML === part.innerHTML || busy(part)) continue;
        const was = place(part);
        part.replaceChildren(...now.childNodes);
        if (was >= 0) part.querySelectorAll("a,button")[was]?.focus();
      }
    } catch { // the network; the stream says when it is back
    } finally {
      asking = false;
      if (again) { again = false; look(); }
    }
  };
  let stream, missed = false;
  const follow = () => {
    stream = new EventSource("/live?point=" + encodeURIComponent(body.dataset.livePoint));
    stream.addEventListener("hello", () => { show(true); if (missed) look(); missed = false; });
    stream.addEventListener("changed", look);
    stream.addEventListener("ended", () => location.assign("/sign-in"));
    stream.onerror = () => { show(false); missed = true; };
  };
  // A page that nobody looks at holds no stream.
  const visible = () => {
    if (document.hidden) { stream?.close(); stream = undefined; missed = true; }
    else if (!stream) follow();
  };
  document.addEventListener("visibilitychange", visible);
  window.addEventListener("pagehide", () => { stream?.close(); stream = undefined; });
  window.addEventListener("pageshow", visible);
  visible();
})();
