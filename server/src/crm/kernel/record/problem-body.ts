import { type ErrorBody, errorBody } from '../errors.ts';
import type { Problem } from './reading.ts';

export type Place = { readonly api_name: string; readonly json_path: string };

export function problemBody(problem: Problem, place: Place): ErrorBody {
  const dependee = problem.details.dependee as Place | undefined;
  const parent = place.json_path.slice(0, place.json_path.lastIndexOf('.'));
  return errorBody(
    problem.code,
    {
      ...problem.details,
      ...(dependee ? { dependee: { ...dependee, json_path: `${parent}.${dependee.json_path}` } } : {}),
      api_name: place.api_name,
      json_path: `${place.json_path}${problem.at ?? ''}`,
    },
    problem.message,
  );
}
