import { Connection, OAuth2 } from 'jsforce';
import { Client as StreamingClient } from 'jsforce/lib/api/streaming.js';
import { setDefaults, setDispatcher } from 'jsforce/lib/request.js';
import { transport } from '../crm/transport.ts';

// Loading jsforce sets defaults of its own, so ours come after the import. They replace all of them: no repeats by
// jsforce, which knows neither lanes nor Retry-After, and no `httpProxy`, which would bypass the dispatcher.
setDispatcher(transport);
setDefaults({ retry: { methods: [] }, followRedirect: true });

export { Connection, OAuth2, StreamingClient };
