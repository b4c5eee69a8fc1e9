// The sandbox's bar: switching channels and languages, and keeping the newest message in sight.
const capability = window.location.hash.slice(1);
const nav = document.getElementById("sandbox-channels");

async function ask(what, query = "") {
  const response = await fetch(`/api/${what}${query}`, { headers: { "X-Simcord-Capability": capability } });
  if (!response.ok) throw new Error(`${what}: ${response.status}`);
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
        await ask("channels", `?go=${encodeURIComponent(key)}`);
        window.location.reload();
      });
      return button;
    }),
  );
}

ask("channels").then(show).catch((error) => console.error(error));

// The language in which the person has Discord.
const viewer = document.getElementById("viewer-picker");
const language = document.getElementById("sandbox-language");
let people = {};

const person = () => viewer.selectedOptions[0]?.textContent.trim();

function showLanguage() {
  language.disabled = !people[person()];
  if (!language.disabled) language.value = people[person()];
}

ask("locales").then(({ languages, people: known }) => {
  people = known;
  language.replaceChildren(...Object.entries(languages).map(([tag, name]) => new Option(name, tag)));
  showLanguage();
}).catch((error) => console.error(error));
language.addEventListener("change", async () => {
  const chosen = language.value;
  people = { ...people, [person()]: chosen };
  await ask("locales", `?person=${encodeURIComponent(person())}&locale=${encodeURIComponent(chosen)}`);
  language.dataset.saved = chosen;
});
viewer.addEventListener("change", showLanguage);
new MutationObserver(showLanguage).observe(viewer, { childList: true, subtree: true, attributes: true });

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
