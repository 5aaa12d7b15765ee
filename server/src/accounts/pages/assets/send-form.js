// Sends the answer of an authorization on to the app (response_mode=form_post).
document.getElementById('answer').submit();
