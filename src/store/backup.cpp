// The bytes behind the database, drawn in docs/PROTOCOL.md under "Backup"; integers are big-endian:
//
//   key file 58 or 130   "toxtoreb" 8   version u8 = 1   size of the key file u16   size of the database u64   seal 32
//
// `seal` is the hash of the whole file before it. It tells a damaged file from a whole one; whether somebody changed
// it, the database's own pages tell, each of which is authenticated under the key.
#include "store/backup.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/hash.h"
#include "base/secret.h"
#include "store/file_io.h"
#include "store/sql_database.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::string_view magic = "toxtoreb";
constexpr std::uint8_t version = 1;
constexpr std::size_t seal_size = 32;
constexpr std::size_t end_size = 8 + 1 + 2 + 8 + seal_size;
/// 1 MiB at a time: few calls, and little memory beside the database's own cache.
constexpr std::size_t piece_size_bytes = std::size_t{1024} * 1024;

/// The hash of what comes piece by piece.
class HashStream {
 public:
  HashStream() {
    crypto_generichash_init(&state_, nullptr, 0, seal_size);
    add(as_bytes("toxtore backup"));
  }
  void add(ByteView bytes) { crypto_generichash_update(&state_, bytes.data(), bytes.size()); }
  Hash finish() {
    Hash hash{};
    crypto_generichash_final(&state_, hash.data(), hash.size());
    return hash;
  }

 private:
  crypto_generichash_state state_{};
};

Error read_error(const std::filesystem::path& file) {
  const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return {kind, "Cannot read " + file.string() + ": " + std::system_category().message(errno) + "."};
}

Error damaged(const std::filesystem::path& file) {
  return {ErrorKind::corrupt, file.string() + " is cut off or damaged: use another backup. Nothing was changed."};
}

/// Reads a file once from its beginning, piece by piece; each piece is hashed and handed to `use`.
template <class Use>
Result<void> read_pieces(const FileDescriptor& in, const std::filesystem::path& file, std::uint64_t size,
                         HashStream& hash, Use use) {
  Bytes piece(piece_size_bytes);
  for (std::uint64_t left = size; left > 0;) {
    const ssize_t got = ::read(in.get(), piece.data(), std::min<std::uint64_t>(left, piece.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(read_error(file));
    if (got == 0) return fail(damaged(file));
    const ByteView bytes = ByteView(piece).first(static_cast<std::size_t>(got));
    hash.add(bytes);
    if (auto used = use(bytes); !used) return used;
    left -= static_cast<std::uint64_t>(got);
  }
  return {};
}

/// Hashes the database that lies there, and writes behind it what makes a backup of it.
Result<void> seal(const std::filesystem::path& file, ByteView key_file) {
  const FileDescriptor out(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  struct stat status{};
  if (!out.is_open() || ::fstat(out.get(), &status) != 0) return fail(write_error("write", file, errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  HashStream hash;
  auto read = read_pieces(out, file, size, hash, [](ByteView) { return Result<void>(); });
  if (!read) return read;
  Writer end;
  end.bytes(key_file).bytes(as_bytes(magic)).u8(version);
  end.u16(static_cast<std::uint16_t>(key_file.size())).u64(size);
  const SecretBytes before_seal(end.take());
  hash.add(before_seal.view());
  auto written = write_all(out, before_seal.view(), file);
  return written ? write_all(out, hash.finish(), file) : written;
}

/// A file that is to be there whole or not at all; removed with what SQLite leaves beside it, unless it got its name.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& file)
      : file_(file), part_(file.parent_path() / ("." + file.filename().string() + "." + std::to_string(::getpid()))) {}
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((part_.string() + end).c_str());
  }
  [[nodiscard]] const std::filesystem::path& path() const { return part_; }

  Result<void> finish(Overwrite overwrite) const {
    const unsigned flags = overwrite == Overwrite::never ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, file_.c_str(), flags) == 0)
      return sync_folder(file_.parent_path());
    if (errno != EEXIST) return fail(write_error("create", file_, errno));
    return fail(ErrorKind::already_exists, file_.string() +
                                               " is there already: give the name of a new file, or "
                                               "--force to write over it.");
  }

 private:
  std::filesystem::path file_;
  std::filesystem::path part_;
};

struct End {
  std::uint64_t database_size = 0;
  std::size_t key_file_size = 0;
};

/// What the last bytes say, checked against the size of the file.
Result<End> read_end(const FileDescriptor& in, const std::filesystem::path& file) {
  struct stat status{};
  if (::fstat(in.get(), &status) != 0) return fail(read_error(file));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const Error foreign{ErrorKind::foreign_file,
                      file.string() +
                          " is not a backup of Toxtore, or is cut off: give a file that `toxtore backup` "
                          "wrote. Nothing was changed."};
  Bytes bytes(end_size);
  if (size < end_size) return fail(foreign);
  if (::pread(in.get(), bytes.data(), end_size, static_cast<off_t>(size - end_size)) != static_cast<ssize_t>(end_size))
    return fail(read_error(file));
  Reader reader(bytes);
  if (!std::ranges::equal(reader.bytes(magic.size()), as_bytes(magic))) return fail(foreign);
  if (reader.u8() > version) {
    return fail(ErrorKind::newer_schema, file.string() + " was written by a newer Toxtore: use that version.");
  }
  End end;
  end.key_file_size = reader.u16();
  end.database_size = reader.u64();
  if (end.key_file_size > size || end.database_size != size - end_size - end.key_file_size) return fail(damaged(file));
  return end;
}

}  // namespace

Result<void> copy_database(const std::filesystem::path& from, const DatabaseKey& key, const std::filesystem::path& to,
                           const DatabaseKey& new_key) {
  const auto source = SqlDatabase::open(from, key);
  if (!source) return fail(source.error());
  const auto target = SqlDatabase::open(to, new_key);
  if (!target) return fail(target.error());
  return (*source)->copy_to(**target);
}

Result<void> write_backup(const std::filesystem::path& database, const DatabaseKey& key, ByteView key_file,
                          const std::filesystem::path& file, Overwrite overwrite) {
  const std::filesystem::path target = std::filesystem::absolute(file);
  std::error_code ignored;
  if (overwrite == Overwrite::never && std::filesystem::exists(target, ignored)) {
    return fail(ErrorKind::already_exists,
                target.string() + " is there already: give the name of a new file, or --force to write over it.");
  }
  const PartialFile part(target);
  auto done = copy_database(database, key, part.path(), key);
  if (done) done = seal(part.path(), key_file);
  return done ? part.finish(overwrite) : done;
}

Result<void> unpack_backup(const std::filesystem::path& file, const ProfileFolder& folder) {
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.is_open()) return fail(read_error(file));
  const auto end = read_end(in, file);
  if (!end) return fail(end.error());
  const std::filesystem::path database = folder.database();
  const FileDescriptor out(::open(database.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!out.is_open()) return fail(write_error("create", database, errno));
  HashStream hash;
  auto read =
      read_pieces(in, file, end->database_size, hash, [&](ByteView piece) { return write_all(out, piece, database); });
  if (!read) return read;
  Bytes rest;
  rest.reserve(end->key_file_size + end_size);
  read = read_pieces(in, file, end->key_file_size + end_size - seal_size, hash, [&](ByteView piece) {
    rest.insert(rest.end(), piece.begin(), piece.end());
    return Result<void>();
  });
  const SecretBytes secret(std::move(rest));
  if (!read) return read;
  Bytes sealed;
  HashStream unused;
  read = read_pieces(in, file, seal_size, unused, [&](ByteView piece) {
    sealed.insert(sealed.end(), piece.begin(), piece.end());
    return Result<void>();
  });
  if (!read) return read;
  if (!std::ranges::equal(hash.finish(), sealed)) return fail(damaged(file));
  if (::fsync(out.get()) != 0) return fail(write_error("write", database, errno));
  return replace_file(folder.key(), secret.view().first(end->key_file_size));
}

}  // namespace toxtore
