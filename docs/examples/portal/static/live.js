// Shows an order again once it has changed: stock may be booked in at any moment.
const EVERY_MS = 2000;
const seen = Number(document.body.dataset.version);
const id = new URLSearchParams(location.search).get("id");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`/order/version?${new URLSearchParams({ id })}`);
    const { version } = await answer.json();
    if (version > seen) location.replace(`/order?${new URLSearchParams({ id, seen })}`);
  } catch {
    // The portal is away for a moment, or the session has ended: ask again later.
  }
}

setInterval(look, EVERY_MS);
