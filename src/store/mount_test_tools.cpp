#include "store/mount_test_tools.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>

#include "store/store_test_tools.h"

namespace toxtore {
namespace {

/// A namespace in which this process may mount; nobody else sees what it mounts.
bool enter_namespace() {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", user + " " + user + " 1");
    write_file("/proc/self/gid_map", group + " " + group + " 1");
  } else if (::unshare(CLONE_NEWNS) != 0) {
    return false;
  }
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// The child's side: 'n' if the mount is not permitted, else 'y' and what failed.
void report(int out, const std::function<bool()>& mount, const MountBody& body) {
  Checks checks;
  const bool possible = enter_namespace() && mount();
  if (possible) {
    try {
      body(checks);
    } catch (const std::exception& error) {
      checks(false, error.what());
    }
  }
  const std::string answer = (possible ? "y" : "n") + checks.failures();
  [[maybe_unused]] const ssize_t written = ::write(out, answer.data(), answer.size());
}

InMount run(const std::function<bool()>& mount, const MountBody& body) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    report(ends[1], mount, body);
    ::_exit(0);  // none of the parent's clean-up
  }
  ::close(ends[1]);
  std::string answer(4096, '\0');
  const ssize_t size = ::read(ends[0], answer.data(), answer.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  if (size <= 0) return {.possible = true, .failures = "the child process has died"};
  answer.resize(static_cast<std::size_t>(size));
  return {.possible = answer.front() == 'y', .failures = answer.substr(1)};
}

}  // namespace

InMount in_small_disk(const std::filesystem::path& folder, std::uint64_t bytes, const MountBody& body) {
  const std::string size = "size=" + std::to_string(bytes) + ",mode=700";
  return run([&] { return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) == 0; }, body);
}

InMount in_read_only(const std::filesystem::path& folder, const MountBody& body) {
  return run(
      [&] {
        // A bind mount takes over the flags of the mount below, which a user namespace must not drop.
        constexpr unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;
        return ::mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
               ::mount(nullptr, folder.c_str(), nullptr, flags, nullptr) == 0;
      },
      body);
}

}  // namespace toxtore
