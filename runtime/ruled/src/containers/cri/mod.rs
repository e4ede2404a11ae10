//! The interface of Kubernetes' container runtimes (CRI: containerd, CRI-O), over gRPC: one question over a local socket,
//! its answer as the text of a container event.

mod describe;
mod messages;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::json;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

use self::describe::{container_json, sandbox_json};
use self::messages::{
    ContainerFilter, ContainerStatusResponse, ListContainersRequest, ListContainersResponse,
    PodSandboxStatusResponse, StatusRequest, VersionRequest, VersionResponse,
};
use super::{Kind, PATIENCE, Runtime, short};

/// Asks for a container or the sandbox of a pod; `None` when the runtime does not know it or does not answer.
pub(super) fn container(runtime: &Runtime, id: &str) -> Option<String> {
    // Most machines have one runtime of several.
    if !runtime.socket.exists() {
        return None;
    }
    within(PATIENCE, runtime, id)
}

/// The answer, if it is there after this time.
fn within(patience: Duration, runtime: &Runtime, id: &str) -> Option<String> {
    // Every question has a connection of its own: one that broke, or hangs, concerns no other question.
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    executor.block_on(async { tokio::time::timeout(patience, ask(runtime, id)).await.ok()?.ok() })
}

async fn ask(runtime: &Runtime, id: &str) -> Result<String, Status> {
    let unavailable = |error: tonic::transport::Error| Status::unavailable(error.to_string());
    let unknown = || Status::not_found("no such container");
    let endpoint =
        Endpoint::from_shared(format!("unix://{}", runtime.socket.display())).map_err(unavailable)?;
    let mut service = Grpc::new(endpoint.connect().await.map_err(unavailable)?);

    // Runtimes complete the beginning of an id.
    let filter = Some(ContainerFilter { id: id.to_string() });
    let listed: ListContainersResponse =
        call(&mut service, "ListContainers", ListContainersRequest { filter }).await?;
    let sandbox_status = |id: &str| StatusRequest { id: id.to_string(), verbose: true };
    // An id that was shorter from the beginning may be the beginning of another's.
    let mut json = match listed.containers.into_iter().find(|listed| short(&listed.id) == id) {
        Some(listed) => {
            let question = StatusRequest { id: listed.id, verbose: true };
            let container: ContainerStatusResponse = call(&mut service, "ContainerStatus", question).await?;
            // Without its pod, a container is still worth telling of.
            let pod: PodSandboxStatusResponse =
                call(&mut service, "PodSandboxStatus", sandbox_status(&listed.pod_sandbox_id))
                    .await
                    .unwrap_or_default();
            let status = container.status.ok_or_else(unknown)?;
            container_json(status, &container.info, &listed.pod_sandbox_id, &pod, runtime.longest_label)
        }
        None => {
            let pod: PodSandboxStatusResponse =
                call(&mut service, "PodSandboxStatus", sandbox_status(id)).await?;
            let status = pod.status.as_ref().filter(|status| short(&status.id) == id).ok_or_else(unknown)?;
            sandbox_json(status, &pod.info, runtime.longest_label)
        }
    };
    let version: VersionResponse = call(&mut service, "Version", VersionRequest {}).await?;
    json["type"] = json!(number(&version.runtime_name));
    Ok(json!({ "container": json }).to_string())
}

/// The number that container events have for a runtime that speaks CRI.
fn number(runtime_name: &str) -> u32 {
    match runtime_name {
        "containerd" => 7,
        "cri-o" => 8,
        _ => Kind::Cri as u32,
    }
}

async fn call<Q, A>(service: &mut Grpc<Channel>, method: &str, question: Q) -> Result<A, Status>
where
    Q: prost::Message + 'static,
    A: prost::Message + Default + 'static,
{
    service.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = format!("/runtime.v1.RuntimeService/{method}");
    let path = path.parse().map_err(|_| Status::internal("not a path"))?;
    let answer = service.unary(Request::new(question), path, ProstCodec::<Q, A>::default()).await?;
    Ok(answer.into_inner())
}
