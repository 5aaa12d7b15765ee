/** Whether a request only asks for what is there: HEAD is answered as GET is, without the body (RFC 9110 §9.3.2). */
export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
