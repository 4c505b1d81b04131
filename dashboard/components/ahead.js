// Fetches parts of Streamlit's page that later pages and a result need, while nobody waits for anything: plotly's alone
// is 4.7 MB, and takes a second to be read.
export default function ({ data }) {
  if (document.body.dataset.lwAhead) return;
  document.body.dataset.lwAhead = "on";
  const main = document.querySelector('script[type="module"][src*="static/js/"]');
  if (!main) return;
  const rest = data.files.map((file) => new URL(file, main.src).href);
  const next = () => {
    const address = rest.shift();
    if (address) requestIdleCallback(() => import(address).then(next));
  };
  next();
}
