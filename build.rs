//! Links the addon the way Node expects, and src/wakeup.rs into librdkafka.

fn main() {
    napi_build::setup();
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--wrap=rd_kafka_msgq_allow_wakeup_at");
    }
}
