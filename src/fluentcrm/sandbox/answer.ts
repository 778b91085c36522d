/** An answer of the look-alike: a JSON value, or text as it is (error pages, empty bodies). */
export type SandboxAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

const JSON_TYPE = 'application/json; charset=UTF-8';
const BENCH = 0.0243;

/** 200 with JSON; most real answers carry a timing beside the data. */
export function ok(body: Readonly<Record<string, unknown>>): SandboxAnswer {
  return json(200, { ...body, __bench: BENCH });
}

/** An answer with JSON and nothing added. */
export function json(status: number, body: unknown): SandboxAnswer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(body) };
}

/** 200 with an empty body. */
export function empty(): SandboxAnswer {
  return { status: 200, contentType: JSON_TYPE, body: '' };
}

/** 422 of the validator: field, rule, text. */
export function invalid(field: string, rule: string, text: string): SandboxAnswer {
  return json(422, { [field]: { [rule]: text } });
}

/** 422 of a business rule. */
export function refused(message: string): SandboxAnswer {
  return json(422, { message });
}

export type Model = 'Subscriber' | 'Campaign' | 'Funnel';

/** 404 of the data layer. */
export function noModel(model: Model): SandboxAnswer {
  return json(404, { message: `No query results for model [FluentCrm\\App\\Models\\${model}].` });
}

/** 404 of WordPress. */
export function noRoute(): SandboxAnswer {
  return json(404, {
    code: 'rest_no_route',
    message: 'No route was found matching the URL and request method.',
    data: { status: 404 },
  });
}

/** 401 or 403 of WordPress. */
export function denied(status: 401 | 403): SandboxAnswer {
  return json(status, {
    code: 'rest_forbidden',
    message: 'Sorry, you are not allowed to do that.',
    data: { status },
  });
}

/** 500 of a PHP error inside the REST API: JSON with markup in its message. */
export function criticalError(): SandboxAnswer {
  return json(500, {
    code: 'internal_server_error',
    message:
      '<p>There has been a critical error on this website.</p><p><a href="https://crm.example.com/troubleshooting">Learn more about troubleshooting WordPress.</a></p>',
    data: { status: 500 },
    additional_errors: [],
  });
}

/** 500 of a PHP error further down: a whole page. */
export function criticalPage(): SandboxAnswer {
  return {
    status: 500,
    contentType: 'text/html; charset=UTF-8',
    body: '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>WordPress &rsaquo; Error</title></head>\n<body id="error-page"><div class="wp-die-message"><p>There has been a critical error on this website.</p></div></body>\n</html>\n',
  };
}

/** 423 of a failed query: the statement stands in the message. */
export function sqlError(table: string): SandboxAnswer {
  return json(423, {
    message: `You have an error in your SQL syntax near '-1' SELECT * FROM wp_fc_${table} ORDER BY id DESC LIMIT -1`,
  });
}
