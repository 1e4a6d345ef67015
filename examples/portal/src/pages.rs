//! The pages: HTML, one style sheet and modules, without a build step. `portal.js` puts the words in.

use crate::app::Portal;
use crate::session::WebSession;
use crate::web::Refused;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Html;
use axum::routing::get;

const STYLE: &str = include_str!("../pages/portal.css");
const MODULES: [(&str, &str); 4] = [
    ("/portal.js", include_str!("../pages/portal.js")),
    ("/words.js", include_str!("../pages/words.js")),
    ("/wardkey.js", include_str!("../../../browser/wardkey.js")),
    ("/wardkey.notices.js", include_str!("../../../browser/wardkey.notices.js")),
];
/// Path, name in `portal.js`, key and English words of the title, contents.
const PAGES: [(&str, &str, &str, &str, &str); 5] = [
    ("/", "sign-in", "signIn", "Sign in", include_str!("../pages/sign-in.html")),
    ("/account", "account", "account", "Account", include_str!("../pages/account.html")),
    ("/results", "results", "results", "Results", include_str!("../pages/results.html")),
    ("/prescriptions", "prescriptions", "prescriptions", "Prescriptions", include_str!("../pages/prescriptions.html")),
    ("/audit", "audit", "auditTitle", "Audit log", include_str!("../pages/audit.html")),
];

type File = ([(HeaderName, &'static str); 2], &'static str);

/// What the pages load. These need no session, and a browser may keep them.
pub fn files() -> Router<Portal> {
    let mut router = Router::new().route("/portal.css", get(|| async { file("text/css; charset=utf-8", STYLE) }));
    for (path, module) in MODULES {
        router = router.route(path, get(move || async move { file("text/javascript; charset=utf-8", module) }));
    }
    router
}

/// The pages. Each visitor gets a session with the first one.
pub fn pages() -> Router<Portal> {
    let mut router = Router::new();
    for (path, name, word, title, main) in PAGES {
        let html = in_frame(name, word, title, main);
        let page = move |State(portal): State<Portal>, session: WebSession| async move {
            let cookie: Result<HeaderMap, Refused> = session.keep(&portal).await;
            cookie.map(|cookie| (cookie, Html(html)))
        };
        router = router.route(path, get(page));
    }
    router
}

/// The head, the language, the navigation and the places for messages are the same on every page.
fn in_frame(name: &str, word: &str, title: &str, main: &str) -> String {
    let frame = include_str!("../pages/frame.html");
    frame.replace("{name}", name).replace("{word}", word).replace("{title}", title).replace("{main}", main)
}

fn file(kind: &'static str, text: &'static str) -> File {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}
