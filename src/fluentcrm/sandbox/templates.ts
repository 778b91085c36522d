import { criticalError, ok } from './answer.ts';
import { firstId, paginate, route, searchRows, textParam, type Call, type Route } from './route.ts';
import { postRow } from './state.ts';

const EMPTY_SETTINGS = {
  template_config: { content_padding: 20 },
  footer_settings: { custom_footer: 'no', footer_content: '' },
};

function list({ state, params }: Call) {
  const rows = state.posts.filter((post) => post['post_type'] === 'fc_template').sort((a, b) => b.ID - a.ID);
  const shown = searchRows(rows, textParam(params, 'search'), ['post_title']).map(
    ({ email_subject: _subject, edit_type: _edit, ...row }) => row,
  );
  const page = paginate(shown, params, 'templates');
  return 'fault' in page ? page.fault : ok({ templates: page.object });
}

/** Answers for any WordPress post, and with an empty template for an id of nothing. */
function get(call: Call) {
  const post = call.state.posts.find(({ ID }) => ID === firstId(call));
  return ok({
    template: {
      post_title: post?.['post_title'] ?? '',
      post_content: post?.['post_content'] ?? '',
      post_excerpt: post?.['post_excerpt'] ?? '',
      email_subject: post?.['email_subject'] ?? '',
      edit_type: post?.['edit_type'] ?? 'html',
      design_template: post?.['design_template'] ?? 'simple',
      settings: EMPTY_SETTINGS,
    },
  });
}

function create({ state, params, now }: Call) {
  const template = params['template'];
  if (typeof template !== 'object' || template === null) return criticalError();
  const given = template as Readonly<Record<string, unknown>>;
  const text = (name: string) => textParam(given, name) ?? '';
  const id = Math.max(...state.posts.map(({ ID }) => ID)) + 1;
  state.posts.push({
    ...postRow(
      id,
      text('post_title'),
      text('post_content'),
      text('post_excerpt'),
      'fc_template',
      'draft',
      text('design_template'),
      now,
    ),
    email_subject: text('email_subject'),
    edit_type: text('edit_type'),
  });
  return ok({ message: 'Template successfully created', template_id: id });
}

export const templateRoutes: readonly Route[] = [
  route('GET', '/templates', list),
  route('POST', '/templates', create),
  route('GET', '/templates/{id}', get),
];
