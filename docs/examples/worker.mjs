// A worker in plain Node, without dependencies: it reserves goods for service tasks of the topic erp.reserve.
//
//   MARSHRUT_TOKEN=mrt_... node worker.mjs http://127.0.0.1:8080
//
// It waits for jobs, does each once per idempotency key, and stops in order on SIGTERM.

const base = process.argv[2] ?? "http://127.0.0.1:8080";
const worker = `example-${process.pid}`;
const headers = { Authorization: `Bearer ${process.env.MARSHRUT_TOKEN}`, "Content-Type": "application/json" };
let stopping = false;
process.on("SIGTERM", () => { stopping = true; });

class Refused extends Error {
  constructor(status, problem) { super(`${status} ${problem.title}`); Object.assign(this, { status, problem }); }
}

async function call(path, body) {
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      const response = await fetch(`${base}/api/v1/jobs/${path}`, { method: "POST", headers, body: JSON.stringify({ worker, ...body }) });
      const answer = await response.json();
      if (response.ok) return answer;
      if (response.status !== 429 && response.status < 500) throw new Refused(response.status, answer);
    } catch (error) {
      if (error instanceof Refused) throw error; // else the server is away: every call may simply be repeated
    }
    if (stopping) throw new Error("stopping");
    await new Promise((done) => setTimeout(done, pause));
  }
}

const stock = new Map([["lathe", "A-7"], ["press", "B-2"]]);
const reserved = new Map(); // by idempotency key; a real worker keeps this in its own database

function reserve(job) {
  const { goods } = job.parameters;
  if (goods === "unlucky") throw new Error("the warehouse does not answer");
  if (!stock.has(goods)) return { error: "sold_out", message: `no ${goods} in stock` };
  if (!reserved.has(job.key)) reserved.set(job.key, stock.get(goods));
  return { variables: { place: reserved.get(job.key) } };
}

async function handle(job) {
  const lease = job.lease;
  try {
    const result = reserve(job);
    if (result.error) await call(`${job.id}/error`, { lease, ...result });
    else await call(`${job.id}/complete`, { lease, ...result });
  } catch (error) {
    if (error instanceof Refused && error.status === 409) return; // the lease was lost: somebody else does it
    if (error instanceof Refused) throw error;
    await call(`${job.id}/fail`, { lease, message: error.message, retries: 0 });
  }
}

while (!stopping) {
  const { jobs } = await call("fetch", { topics: ["erp.reserve"], max_jobs: 5, lease_s: 60, wait_s: 20 });
  await Promise.all(jobs.map(handle));
}
