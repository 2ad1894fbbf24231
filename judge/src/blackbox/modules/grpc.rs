use super::fields::Fields;
use super::{Content, tls};
use crate::blackbox::grpc::Grpc;

pub(super) fn read(mut fields: Fields<'_>) -> Option<Grpc> {
    let mut metadata = Vec::new();
    let node = fields.map("metadata");
    for entry in node.map_or(&[][..], |node| node.entries()) {
        let one = [entry.value.clone()];
        let items = if entry.value.items().is_empty() {
            &one[..]
        } else {
            entry.value.items()
        };
        for item in items {
            let value = fields.text_of("metadata", item);
            metadata.extend(value.map(|value| (entry.key.clone(), Content::Given(value.into()))));
        }
    }
    let grpc = Grpc {
        addressing: fields.addressing(),
        service: fields.text("service").unwrap_or_default(),
        has_tls: fields.flag("tls", false),
        metadata,
        tls: tls::read(&mut fields),
    };
    fields.finish();
    Some(grpc)
}
