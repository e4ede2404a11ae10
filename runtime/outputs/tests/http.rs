//! Alerts over real HTTP and HTTPS.

mod support;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use outputs::{HttpOptions, HttpOutput, Output};
use support::{Authority, Decide, Door, Scratch, Server, alert, http, silent};

fn always(status: u16) -> Decide {
    Box::new(move |_, _| Some(status))
}

#[test]
fn a_body_is_the_line_and_headers_are_falcos() {
    let server = Server::start(None, always(200));
    for (json, kind) in [(true, "application/json"), (false, "text/plain")] {
        // Without a scheme, plain HTTP is meant.
        let options = HttpOptions { json, ..http(format!("{}/alerts?x=1", server.address)) };
        let mut output = HttpOutput::new(options).unwrap();
        for number in 0..3 {
            output.deliver(&alert(format!("{{\"number\":{number}}}"))).unwrap();
        }
        let requests = std::mem::take(&mut *server.requests.lock().unwrap());
        assert_eq!(requests.len(), 3);
        for (number, request) in requests.iter().enumerate() {
            assert!(request.head.starts_with("POST /alerts?x=1 HTTP/1.1\r\n"), "{}", request.head);
            assert_eq!(request.header("Content-Type"), Some(kind));
            assert_eq!(request.header("User-Agent"), Some("falcosecurity/falco"));
            assert_eq!(request.text(), format!("{{\"number\":{number}}}"));
        }
    }
    assert_eq!(*server.connections.lock().unwrap(), 2, "alerts in a row share a connection");
}

#[test]
fn bodies_are_compressed_on_demand() {
    let server = Server::start(None, always(204));
    let options = HttpOptions { compress: true, ..http(format!("http://{}", server.address)) };
    HttpOutput::new(options).unwrap().deliver(&alert("x".repeat(10_000))).unwrap();
    let request = server.requests.lock().unwrap()[0].clone();
    assert_eq!(request.header("Content-Encoding"), Some("gzip"));
    assert!(request.body.len() < 1000);
    let mut text = String::new();
    GzDecoder::new(&request.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, "x".repeat(10_000));
}

#[test]
fn a_status_says_whether_to_try_again() {
    for (status, fine, retryable) in [
        (200, true, false),
        (202, true, false),
        (400, false, false),
        (401, false, false),
        (413, false, false),
        // Followed, it would be asked for without the alert.
        (302, false, false),
        (408, false, true),
        (429, false, true),
        (500, false, true),
        (503, false, true),
    ] {
        let server = Server::start(None, always(status));
        let mut output = HttpOutput::new(http(format!("http://{}", server.address))).unwrap();
        let result = output.deliver(&alert("x"));
        assert_eq!(result.is_ok(), fine, "{status}");
        if let Err(error) = result {
            assert_eq!(error.retryable, retryable, "{status}");
            assert!(error.message.contains(&status.to_string()), "{error}");
        }
    }
}

#[test]
fn a_server_that_is_down_or_silent_is_tried_again() {
    let door = Door::closed();
    let mut output = HttpOutput::new(http(format!("http://{}", door.address))).unwrap();
    let error = output.deliver(&alert("x")).unwrap_err();
    assert!(error.retryable && !error.timed_out, "{error}");
    let (address, _thread) = silent();
    let options = HttpOptions { timeout: Duration::from_millis(300), ..http(format!("http://{address}")) };
    let begin = Instant::now();
    let error = HttpOutput::new(options).unwrap().deliver(&alert("x")).unwrap_err();
    assert!(error.retryable && error.timed_out, "{error}");
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn certificates_are_verified_on_both_sides() {
    let scratch = Scratch::new("mtls");
    let (ours, foreign) = (Authority::new(), Authority::new());
    let server = Server::start(Some(ours.config(true)), always(200));
    let url = format!("https://localhost:{}/", server.address.port());
    let ca = scratch.file("ca.pem", &ours.ca);
    let other_ca = scratch.file("other.pem", &foreign.ca);
    let client = |authority: &Authority, name: &str| {
        let chain = scratch.file(&format!("{name}.crt"), &authority.client.0);
        Some((chain, scratch.file(&format!("{name}.key"), &authority.client.1)))
    };
    let (known, unknown) = (client(&ours, "known"), client(&foreign, "unknown"));
    let deliver = |options: HttpOptions| HttpOutput::new(options).unwrap().deliver(&alert("secret"));
    let base = || HttpOptions { ca_cert: ca.clone(), client: known.clone(), ..http(url.clone()) };
    deliver(base()).unwrap();
    assert_eq!(server.bodies(), ["secret"]);
    // The same trust through a bundle, and through a directory with other files in it.
    deliver(HttpOptions { ca_cert: String::new(), ca_bundle: ca.clone(), ..base() }).unwrap();
    let directory = scratch.0.display().to_string();
    deliver(HttpOptions { ca_cert: String::new(), ca_path: directory, ..base() }).unwrap();
    deliver(HttpOptions { ca_cert: other_ca.clone(), insecure: true, ..base() }).unwrap();
    assert_eq!(server.bodies().len(), 4);
    for refused in [
        HttpOptions { ca_cert: other_ca, ..base() },
        HttpOptions { client: None, ..base() },
        HttpOptions { client: unknown, ..base() },
        // The certificate is not for this name.
        HttpOptions { url: format!("https://{}/", server.address), ..base() },
    ] {
        let error = deliver(refused).unwrap_err();
        assert!(error.retryable, "{error}");
    }
    assert_eq!(server.bodies().len(), 4, "nothing went to the wrong one");
}

#[test]
fn a_wrong_configuration_is_refused_at_the_start() {
    let scratch = Scratch::new("wrong");
    let empty = scratch.file("empty.pem", "");
    let base = || http("https://localhost".into());
    for (options, text) in [
        (http("ftp://x".into()), "only http and https"),
        (http("http://".into()), "http://"),
        (http("http://a b".into()), "no address"),
        (HttpOptions { ca_cert: "/nonexistent.pem".into(), ..base() }, "/nonexistent.pem"),
        (HttpOptions { ca_bundle: empty.clone(), ..base() }, "no certificate"),
        (base(), "/nonexistent"),
        (HttpOptions { insecure: true, client: Some((empty.clone(), empty)), ..base() }, "no certificate"),
    ] {
        let error = HttpOutput::new(options).unwrap_err();
        assert!(error.contains(text), "{error} lacks {text}");
    }
}

#[test]
fn a_connection_that_the_server_closed_is_replaced() {
    let flag = Arc::new(AtomicBool::new(false));
    let server = Server::start(None, {
        let flag = Arc::clone(&flag);
        Box::new(move |_, _| Some(if flag.load(Ordering::SeqCst) { 200 } else { 503 }))
    });
    let mut output = HttpOutput::new(http(format!("http://{}", server.address))).unwrap();
    assert!(output.deliver(&alert("x")).is_err());
    flag.store(true, Ordering::SeqCst);
    output.deliver(&alert("x")).unwrap();
}
