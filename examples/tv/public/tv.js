// Shows the screen's changes as the server makes them, and how long the code is still good. Without it the page loads
// itself again from time to time.
const screen = document.getElementById('screen');
const address = `/tv/${screen.dataset.id}`;
// A page that is loaded again stays the same TV.
history.replaceState(null, '', address);

async function show() {
  const answer = await fetch(`${address}/screen`);
  if (!answer.ok) return location.assign('/');
  screen.innerHTML = await answer.text();
  countDown();
}

const events = new EventSource(`${address}/events`);
events.addEventListener('message', ({ data }) => {
  const shown = screen.querySelector('[data-version]')?.dataset.version;
  if (data === 'off') location.assign('/');
  else if (data !== shown) show().catch(() => {});
});
// The server was started anew, and knows nothing of this TV.
events.addEventListener('error', () => {
  if (events.readyState === EventSource.CLOSED) location.assign('/');
});

let ticking;
function countDown() {
  clearInterval(ticking);
  const left = screen.querySelector('[data-seconds-left]');
  if (!left) return;
  const end = performance.now() + Number(left.dataset.secondsLeft) * 1000;
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} minutes`;
  };
  tick();
  ticking = setInterval(tick, 1000);
}
countDown();
