//! `[s3]`: a bucket for sealed contents instead of a folder.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use strongroom_client::secret;
use strongroom_storage::blob::Bucket;
use strongroom_storage::on_this_machine;

/// Where the bucket is, and who may use it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct S3 {
    pub(crate) endpoint: String,
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) prefix: String,
    #[serde(default = "usual_region")]
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) secret_key_file: PathBuf,
    #[serde(default)]
    pub(crate) virtual_host: bool,
}

/// What stores want that know no regions.
pub(crate) fn usual_region() -> String {
    String::from("us-east-1")
}

impl S3 {
    /// Plain HTTP goes no further than this machine: the contents are sealed, but who asks for which is not.
    pub(crate) fn sound(&self) -> anyhow::Result<()> {
        let host = strongroom_client::http::host(&self.endpoint).context("s3.endpoint")?;
        if self.endpoint.starts_with("http://") && !on_this_machine(&host) {
            bail!("s3.endpoint {} would be plain HTTP beyond this machine: use https://", self.endpoint);
        }
        if self.bucket.is_empty() || self.bucket.contains('/') {
            bail!("s3.bucket is the bucket's name alone; a folder in it goes into s3.prefix");
        }
        Ok(())
    }

    /// As the store takes it, with the key from its file.
    pub(crate) fn bucket(&self) -> anyhow::Result<Bucket> {
        let secret = secret::from_file(&self.secret_key_file).context("s3.secret_key_file")?;
        Ok(Bucket {
            endpoint: self.endpoint.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            region: self.region.clone(),
            access_key: self.access_key.clone(),
            secret_key: secret.trim().to_owned(),
            virtual_host: self.virtual_host,
            allow_http: self.endpoint.starts_with("http://"),
        })
    }
}
