//! Alerts to an HTTP endpoint: one POST for each.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ureq::http::Uri;
use ureq::tls::{ClientCert, RootCerts, TlsConfig};
use ureq::{Agent, Error};

use super::certificates;
use crate::alert::Alert;
use crate::output::{DeliveryError, Output};

/// Most bytes of an answer that are read. The rest is of no interest, and its connection is closed.
const MOST_ANSWER: u64 = 64 << 10;

/// How long a connection stays open without `keep_alive`, so that alerts in a row share it.
const SHORT_IDLE: Duration = Duration::from_secs(5);

/// How long it stays open with it. Servers commonly close theirs after a minute or later.
const LONG_IDLE: Duration = Duration::from_secs(55);

/// How an endpoint is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpOptions {
    /// Its address; without a scheme, `http` is meant.
    pub url: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Whether alerts are JSON; they are text otherwise.
    pub json: bool,
    /// Whether any certificate of the server will do.
    pub insecure: bool,
    /// File with certificates to trust; empty: `ca_bundle` is looked at.
    pub ca_cert: String,
    /// File with certificates to trust; empty: `ca_path` is looked at.
    pub ca_bundle: String,
    /// Directory with certificates to trust.
    pub ca_path: String,
    /// Certificate chain and key to present, as files.
    pub client: Option<(String, String)>,
    /// Whether answers are printed on standard output.
    pub echo: bool,
    /// Whether bodies are compressed with gzip.
    pub compress: bool,
    /// Whether the connection stays open while there is nothing to send.
    pub keep_alive: bool,
    /// How long one request may take.
    pub timeout: Duration,
}

/// An endpoint.
#[derive(Debug)]
pub struct HttpOutput {
    agent: Agent,
    url: String,
    options: HttpOptions,
}

impl HttpOutput {
    /// Reads the certificates. The endpoint itself is first talked to for the first alert.
    pub fn new(options: HttpOptions) -> Result<HttpOutput, String> {
        let url = match options.url.contains("://") {
            true => options.url.clone(),
            false => format!("http://{}", options.url),
        };
        let parsed: Uri = url.parse().map_err(|error| format!("{url} is no address: {error}"))?;
        let secure = match parsed.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(format!("{url}: only http and https can be spoken")),
        };
        if parsed.host().is_none_or(str::is_empty) {
            return Err(format!("{url} names no host"));
        }
        let roots = match secure && !options.insecure {
            true => certificates::trusted(&options.ca_cert, &options.ca_bundle, &options.ca_path)?,
            false => Vec::new(),
        };
        let client = match &options.client {
            Some((chain, key)) => {
                Some(ClientCert::new_with_certs(&certificates::chain(chain)?, certificates::key(key)?))
            }
            None => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .client_cert(client)
            .disable_verification(options.insecure)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // A redirect would turn the POST into a GET, and the alert would be gone with a good status.
            .max_redirects(0)
            .timeout_global(Some(options.timeout))
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(if options.keep_alive { LONG_IDLE } else { SHORT_IDLE })
            .user_agent(options.user_agent.clone())
            .build()
            .new_agent();
        Ok(HttpOutput { agent, url, options })
    }

    /// Sends a body: the status and as much of the answer as is of interest.
    fn post(&self, line: &[u8]) -> Result<(u16, Vec<u8>), Error> {
        let kind = if self.options.json { "application/json" } else { "text/plain" };
        let request = self.agent.post(&self.url).header("Content-Type", kind);
        let mut answer = if self.options.compress {
            let mut encoder = GzEncoder::new(Vec::with_capacity(line.len() / 2 + 64), Compression::fast());
            let body = encoder.write_all(line).and_then(|()| encoder.finish()).map_err(Error::Io)?;
            request.header("Content-Encoding", "gzip").send(&body[..])?
        } else {
            request.send(line)?
        };
        let status = answer.status().as_u16();
        // A connection can be used again only after the answer was read.
        let text = answer.body_mut().with_config().limit(MOST_ANSWER).read_to_vec().unwrap_or_default();
        Ok((status, text))
    }
}

impl Output for HttpOutput {
    fn name(&self) -> &str {
        "http"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        let (status, text) = self.post(&alert.line).map_err(|error| self.failure(&error))?;
        if self.options.echo {
            let mut out = io::stdout().lock();
            // Falco's echo has nothing between answers; a line of its own keeps lines of alerts whole.
            let _ = out.write_all(&text).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
        }
        match status {
            200..=299 => Ok(()),
            // Too slow, too early, too many: the server asks for another attempt.
            408 | 425 | 429 | 500..=599 => {
                Err(DeliveryError::retryable(format!("{} answered with status {status}", self.url)))
            }
            _ => Err(DeliveryError::permanent(format!("{} refused with status {status}", self.url))),
        }
    }
}

impl HttpOutput {
    fn failure(&self, error: &Error) -> DeliveryError {
        let text = format!("{}: {error}", self.url);
        match error {
            Error::Timeout(_) => DeliveryError::timeout(text),
            Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl | Error::Pem(_) => {
                DeliveryError::permanent(text)
            }
            // Also wrong certificates: they are mended at the other end.
            _ => DeliveryError::retryable(text),
        }
    }
}
