import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';
import type { Dispatcher } from 'undici';
import { TIMEOUTS } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { Whole } from './whole.ts';

const exchanges = new AsyncLocalStorage<Exchange>();

/** Runs a client library's call so that the transport knows its exchange. */
export const within = <T>(exchange: Exchange, send: () => Promise<T>): Promise<T> => exchanges.run(exchange, send);

// A person's sandbox is never behind the proxy.
const LOCAL = ['localhost', '127.0.0.1', '::1'];

/**
 * The transport of both CRM clients: HTTP/1.1, whole answers only, bounded waits, and the proxy that the environment
 * names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
 */
export function openTransport(environment: NodeJS.ProcessEnv = process.env): Dispatcher {
  const bounds = { headersTimeout: TIMEOUTS.headers, bodyTimeout: TIMEOUTS.body };
  const behindProxy = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some((name) => environment[name]);
  const noProxy = [environment['no_proxy'] ?? environment['NO_PROXY'] ?? '', ...LOCAL].filter(Boolean).join(',');
  const agent = behindProxy
    ? new EnvHttpProxyAgent({
        ...bounds,
        requestTls: { allowH2: false },
        noProxy,
        // An empty text stops undici from looking into process.env by itself.
        httpProxy: environment['http_proxy'] ?? environment['HTTP_PROXY'] ?? '',
        httpsProxy: environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '',
      })
    : new Agent({ ...bounds, connect: { allowH2: false } });
  return agent.compose((dispatch) => (options, handler) => {
    // Asked here and not in the handler: its callbacks run in the context of whoever opened the connection.
    const exchange = exchanges.getStore();
    const timeouts = exchange?.timeouts ?? TIMEOUTS;
    return dispatch({ ...options, headersTimeout: timeouts.headers, bodyTimeout: timeouts.body }, new Whole(handler, exchange));
  });
}

/**
 * The process's one transport. It is Node's global dispatcher too, because @hubspot/api-client uses the global `fetch`
 * and offers no other way to bound it; jsforce gets it in `activities/salesforce/jsforce.ts`.
 */
export const transport = openTransport();
setGlobalDispatcher(transport);
