/**
 * Where a person gives the token, so that their browser may have the Web UI's payloads read: the Web UI itself can send no token but
 * that of its own single sign-on, and cookies. `origin` is from the settings, an origin and so free of anything that HTML would take.
 */
export const signInPage = (origin: string, fault: string | null): string => layout(`
<p>Gives this browser access to what Sluice has encrypted, in Temporal's Web UI at ${origin}, for 12 hours.</p>
${fault === null ? '' : `<p role="alert"><strong>${fault}</strong></p>`}
<form method="post" action="/">
<label>SLUICE_CODEC_TOKEN <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Sign in</button>
</form>`);

export const signedInPage = (origin: string): string => layout(`
<p>This browser has access for 12 hours. In <a href="${origin}">the Web UI</a>, open "Configure Codec Server", give this address and choose
"Include cross-origin credentials".</p>`);

const layout = (content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice codec server</title></head>
<body><h1>Sluice codec server</h1>${content}
</body></html>
`;
