//! The JSON Schema of `wfc.yaml`: `wfc config schema`.

use super::file::File;
use schemars::generate::SchemaSettings;

pub fn schema() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let schema = generator.into_root_schema_for::<File>();
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
