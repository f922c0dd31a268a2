// backup.*, doctor.*: work on the profile's files that takes its time. `start` begins it and returns, `state` tells
// what became of it, so that the daemon goes on meanwhile.
#include <filesystem>

#include "rpc/json.h"
#include "rpc/method.h"

namespace toxtore {

using nlohmann::json;

namespace {

template <class Report>
json state_of(bool running, const std::optional<Report>& report) {
  json error;
  if (report && !*report) error = {{"kind", kind_name(report->error().kind)}, {"message", report->error().message}};
  return {{"running", running}, {"done", report.has_value()}, {"error", error}};
}

Answer start_backup(const Call& call) {
  BackupRequest request;
  request.file = call.text("file");
  request.force = call.flag("force").value_or(false);
  request.plain = call.flag("plain").value_or(false);
  if (call.has("passphrase") && call.text("passphrase").size() > passphrase_size_max)
    return refuse(ErrorKind::invalid_argument,
                  "a passphrase has at most " + std::to_string(passphrase_size_max) + " bytes");
  if (call.has("passphrase")) request.passphrase.emplace(call.text("passphrase"));
  if (!request.file.is_absolute())
    return refuse(ErrorKind::invalid_argument, "the file's path must be absolute: it is toxtored that writes it");
  if (request.passphrase && (request.passphrase->empty() || request.plain))
    return refuse(ErrorKind::invalid_argument, "give a passphrase for the backup, or plain, or neither");
  if (const auto begun = call.host.start_backup(std::move(request)); !begun) return refuse(begun.error());
  return json::object();
}

Answer backup_state(const Call& call) {
  const auto report = call.host.backup_report();
  return state_of(call.host.backup_running(), report);
}

Answer start_examination(const Call& call) {
  if (const auto begun = call.host.start_examination(call.now.wall_ms); !begun) return refuse(begun.error());
  return json::object();
}

Answer examination_state(const Call& call) {
  const auto report = call.host.examination_report();
  json state = state_of(call.host.examination_running(), report);
  if (report && *report) state.update(to_json(**report));
  return state;
}

}  // namespace

std::vector<Method> upkeep_methods() {
  using Type = Parameter::Type;
  return {{"backup.start",
           {{"file", Type::text},
            {"force", Type::flag, false},
            {"passphrase", Type::text, false},
            {"plain", Type::flag, false}},
           start_backup},
          {"backup.state", {}, backup_state},
          {"doctor.start", {}, start_examination},
          {"doctor.state", {}, examination_state}};
}

}  // namespace toxtore
