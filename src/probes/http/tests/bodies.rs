use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::io::AsyncWriteExt;

use super::peers::{Raw, read_request};
use super::{answer, ask, client, failed, failure, get};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn what_was_encoded_is_decoded() {
    let text = "a body that is worth to be encoded, ".repeat(3_000);
    let cases = [
        ("gzip", gzip(text.as_bytes())),
        ("X-GZIP", gzip(text.as_bytes())),
        ("gzip, identity", gzip(text.as_bytes())),
        ("deflate", zlib(text.as_bytes())),
        ("deflate", raw_deflate(text.as_bytes())),
        ("identity", text.clone().into_bytes()),
        ("gzip", [gzip(b""), gzip(text.as_bytes())].concat()),
    ];
    for (encoding, body) in cases {
        let server = Raw::answering(encoded(encoding, &body)).await;
        for keep_body in [true, false] {
            let mut request = get(server.url("/"));
            request.keep_body = keep_body;
            let (answer, _) = answer(&*client(), &request).await;
            assert_eq!(answer.body_bytes, text.len() as u64, "{encoding}");
            assert_eq!(answer.body, if keep_body { text.clone() } else { String::new() });
        }
    }
}

#[tokio::test]
async fn an_encoding_byte_by_byte() {
    let body = zlib(b"hello, one byte after another");
    let server = Raw::start(move |_, mut stream| {
        let body = body.clone();
        async move {
            stream.set_nodelay(true).unwrap();
            read_request(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            for byte in body {
                stream
                    .write_all(&[b'1', b'\r', b'\n', byte, b'\r', b'\n'])
                    .await
                    .unwrap();
                tokio::task::yield_now().await;
            }
            stream.write_all(b"0\r\nx-trailer: y\r\n\r\n").await.unwrap();
            std::future::pending().await
        }
    })
    .await;
    let (answer, _) = answer(&*client(), &get(server.url("/"))).await;
    assert_eq!(answer.body, "hello, one byte after another");
}

#[tokio::test]
async fn a_bad_encoding_is_a_protocol_error() {
    let mut cut = gzip(&[b'x'; 5_000]);
    cut.truncate(cut.len() - 9);
    let mut wrong_sum = gzip(b"hello");
    let sum = wrong_sum.len() - 5;
    wrong_sum[sum] ^= 1;
    let mut cut_zlib = zlib(b"hello, hello, hello");
    cut_zlib.truncate(9);
    let cases: [(&str, &[u8]); 8] = [
        ("gzip", b"no gzip at all"),
        ("gzip", &cut),
        ("gzip", &wrong_sum),
        ("deflate", &cut_zlib),
        ("deflate", b"x"),
        ("deflate", &[0xff; 50]),
        ("br", b"\x0b\x02\x80hello\x03"),
        ("gzip, gzip", &gzip(&gzip(b"twice"))),
    ];
    for (encoding, body) in cases {
        let server = Raw::answering_once(encoded(encoding, body)).await;
        let seen = failure(&get(server.url("/"))).await;
        assert_eq!(
            seen,
            (FailureClass::ProtocolError, Some(RequestPhase::Body)),
            "{encoding} {body:?}"
        );
    }
}

#[tokio::test]
async fn a_bomb_is_too_large() {
    let zeros = vec![0; 8_000_000];
    for (encoding, body) in [
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros)),
        ("deflate", raw_deflate(&zeros)),
    ] {
        assert!(body.len() < 100_000, "no bomb: {}", body.len());
        let server = Raw::answering_once(encoded(encoding, &body)).await;
        for keep_body in [true, false] {
            let mut request = get(server.url("/"));
            request.keep_body = keep_body;
            assert_eq!(failure(&request).await.0, FailureClass::TooLarge);
        }
    }
}

#[tokio::test]
async fn a_limit_is_the_last_size_that_is_taken() {
    let server = Raw::answering(super::peers::ok("12345")).await;
    let mut request = get(server.url("/"));
    request.body_bytes_max = 5;
    answer(&*client(), &request).await;
    request.body_bytes_max = 4;
    let failure = failed(ask(&*client(), &request).await);
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::TooLarge, Some(RequestPhase::Body))
    );
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    for head in ["transfer-encoding: chunked", "connection: close"] {
        let server = Raw::start(move |_, mut stream| async move {
            read_request(&mut stream).await;
            let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
        })
        .await;
        let mut request = get(server.url("/"));
        request.keep_body = false;
        assert_eq!(failure(&request).await.0, FailureClass::TooLarge);
    }
}

#[tokio::test]
async fn a_content_length_that_is_too_short_is_a_protocol_error() {
    let server = Raw::answering_once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello, and more").await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen.0, FailureClass::ProtocolError);
}

#[tokio::test]
async fn a_content_length_that_is_too_long_is_a_reset() {
    let server = Raw::answering_once("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello").await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn invalid_chunks_are_a_protocol_error() {
    for chunks in [
        "zz\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        "ffffffffffffffffff\r\nhello",
    ] {
        let text = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
        let server = Raw::answering_once(text).await;
        let seen = failure(&get(server.url("/"))).await;
        assert_eq!(seen.0, FailureClass::ProtocolError, "{chunks:?}");
    }
}

#[tokio::test]
async fn a_body_until_the_end_of_the_connection() {
    let server = Raw::answering_once("HTTP/1.0 200 OK\r\n\r\nuntil the end").await;
    let (answer, _) = answer(&*client(), &get(server.url("/"))).await;
    assert_eq!(answer.body, "until the end");
}
