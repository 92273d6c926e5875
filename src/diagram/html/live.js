// A page from `wfc serve` asks for its data again whenever the server has drawn something new.

function follow(page) {
  let { version } = document.documentElement.dataset;
  // A page from a file has nobody to ask.
  if (!version) return;
  const events = new EventSource("events");
  events.addEventListener("drawn", async (event) => {
    page.lost(false);
    if (event.data === version) return;
    try {
      const answer = await fetch("page.json");
      const data = await answer.json();
      version = event.data;
      page.update(data);
    } catch {
      page.lost(true);
    }
  });
  events.addEventListener("error", () => page.lost(true));
}
