// The sandbox's bar: switching channels, and keeping the newest message in sight.
const capability = window.location.hash.slice(1);
const nav = document.getElementById("sandbox-channels");

async function ask(query = "") {
  const response = await fetch(`/api/channels${query}`, { headers: { "X-Simcord-Capability": capability } });
  if (!response.ok) throw new Error(`channels: ${response.status}`);
  return response.json();
}

function show({ current, channels }) {
  nav.replaceChildren(
    ...channels.map(({ key, label }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-current", String(key === current));
      button.addEventListener("click", async () => {
        await ask(`?go=${encodeURIComponent(key)}`);
        window.location.reload();
      });
      return button;
    }),
  );
}

ask().then(show).catch((error) => console.error(error));

// After somebody sends or presses something, the end of the conversation stays in sight until they scroll up.
const timeline = document.getElementById("channel-timeline");
const list = document.getElementById("channel-message-list");
const newest = document.getElementById("new-messages");
let follows = true;

function toEnd() {
  if (!follows) return;
  if (!newest.hidden) newest.click();
  timeline.scrollTop = timeline.scrollHeight;
}

function follow() {
  follows = true;
  requestAnimationFrame(toEnd);
}

document.getElementById("channel-composer").addEventListener("submit", follow, true);
document.getElementById("send-message").addEventListener("click", follow, true);
document.getElementById("modal-root").addEventListener("submit", follow, true);
for (const event of ["wheel", "touchmove", "keydown"]) {
  timeline.addEventListener(event, () => requestAnimationFrame(() => {
    follows = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 80;
  }), { passive: true });
}
new MutationObserver(() => requestAnimationFrame(toEnd)).observe(list, {
  childList: true, subtree: true, characterData: true,
});
new ResizeObserver(() => requestAnimationFrame(toEnd)).observe(list);
document.addEventListener("click", (event) => {
  const help = document.getElementById("sandbox-help");
  if (help.open && !help.contains(event.target)) help.open = false;
});
