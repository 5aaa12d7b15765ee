import type { Answer, Description } from '../../kernel/description.ts';
import { anyObject, exactly, input, type Schema, shape, text } from '../../kernel/schema.ts';

/** What calls about files have in common, for their descriptions. */
export const binary: Schema = { type: 'string', format: 'binary' };

export const download: Readonly<Record<number, Answer>> = {
  200: { description: 'The file.', file: 'application/x-download' },
};

/** A success that stands alone, without a list around it. */
export const alone = (details: Schema): Schema =>
  shape({ code: exactly('SUCCESS'), details, message: text, status: exactly('success') });

const done = { 200: { json: alone(anyObject) } };

export const getPhotoDescription = (summary: string): Description => ({
  summary,
  answers: { 200: { description: 'The image.', file: 'image/*' }, 204: { description: 'There is none.' } },
});

export const setPhotoDescription = (summary: string): Description => ({
  summary,
  text: 'A PNG, JPEG, GIF, WebP or BMP image of at most 10 MB.',
  body: input({ file: binary }),
  answers: { ...done, 400: { errors: ['FILE_SIZE_MORE_THAN_ALLOWED_SIZE'] } },
  errors: ['INVALID_FILE_TYPE'],
});

export const deletePhotoDescription = (summary: string): Description => ({ summary, answers: done });
