// The state file: what this device logged last, outside of its data folder (DESIGN 9, engine/witness.h).
//
// `$XDG_STATE_HOME/toxtore/<profile>.last`, mode 0600. A backup of the data folder, or a copy of it on another machine,
// does not bring it along, and so it tells an old database from the newest one.
//
// It is overwritten in place and not flushed: 89 bytes in one page of the file reach the system in one piece, so they
// survive the process, whatever ends it. The database is flushed at each commit, and before them; so after a power cut
// the file may be behind the database, which is as good as having it, and is never ahead of it.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/witness.h"
#include "store/file_io.h"

namespace toxtore {

class StateFile final : public Witness {
 public:
  /// Opens or makes it, and the folders above it. Errors: read_only, denied, disk_full, io; the message names the file
  /// and what to do.
  static Result<std::unique_ptr<StateFile>> open(const std::filesystem::path& file);

  [[nodiscard]] Bytes read() const override;
  Result<void> write(ByteView words) override;
  [[nodiscard]] DatabaseId machine() const override { return machine_; }

  StateFile(std::filesystem::path path, FileDescriptor file, const DatabaseId& machine)
      : path_(std::move(path)), file_(std::move(file)), machine_(machine) {}

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  DatabaseId machine_;
};

/// The machine's name of its own (machine-id(5)), hashed, since it is not to be handed about; zeros where it has none.
DatabaseId machine_id(const std::filesystem::path& file = "/etc/machine-id");

}  // namespace toxtore
