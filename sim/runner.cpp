#include "sim/runner.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <new>
#include <string>

#include "sim/run.h"

namespace toxtore::sim {
namespace {

constexpr std::size_t trace_lines = 12;

/// What a worker tells the parent, in memory that both see; it stays there when the worker dies.
struct Progress {
  std::uint64_t next_seed = 0;
  std::uint64_t done = 0;
  std::uint64_t violations = 0;
};

struct Deadline {
  std::optional<std::chrono::steady_clock::time_point> at;
  [[nodiscard]] bool passed() const { return at && std::chrono::steady_clock::now() >= *at; }
};

void report(const Plan& plan, const Violation& violation) {
  std::string text = "seed " + std::to_string(plan.seed) + ": " + violation.promise + ": " + violation.what + "\n";
  for (const std::string& line : run(plan, trace_lines).trace) text += "    " + line + "\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void work(const Batch& batch, const Deadline& deadline, Progress& progress) {
  while (!deadline.passed() && (!batch.seeds || progress.next_seed < batch.first + *batch.seeds)) {
    ::alarm(run_s_max);
    const Plan plan = make_plan(progress.next_seed);
    if (const auto violation = run(plan).violation) {
      ++progress.violations;
      report(plan, *violation);
    }
    ++progress.done;
    progress.next_seed += batch.jobs;
  }
}

pid_t start_worker(const Batch& batch, const Deadline& deadline, Progress& progress) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  work(batch, deadline, progress);
  std::fflush(stdout);
  ::_exit(0);
}

}  // namespace

Tally run_batch(const Batch& batch) {
  Deadline deadline;
  if (!batch.seeds) deadline.at = std::chrono::steady_clock::now() + std::chrono::minutes(batch.minutes);
  void* shared =
      ::mmap(nullptr, batch.jobs * sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return {};
  auto* progress = static_cast<Progress*>(shared);
  std::map<pid_t, unsigned> workers;
  for (unsigned job = 0; job < batch.jobs; ++job) {
    new (&progress[job]) Progress{batch.first + job, 0, 0};
    workers[start_worker(batch, deadline, progress[job])] = job;
  }
  while (!workers.empty()) {
    int status = 0;
    const pid_t ended = ::wait(&status);
    if (ended < 0) break;
    const unsigned job = workers.at(ended);
    workers.erase(ended);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    std::printf("seed %llu: its process died or did not end\n",
                static_cast<unsigned long long>(progress[job].next_seed));
    std::fflush(stdout);
    ++progress[job].violations;
    ++progress[job].done;
    progress[job].next_seed += batch.jobs;
    workers[start_worker(batch, deadline, progress[job])] = job;
  }
  Tally tally;
  for (unsigned job = 0; job < batch.jobs; ++job) {
    tally.seeds += progress[job].done;
    tally.violations += progress[job].violations;
  }
  ::munmap(shared, batch.jobs * sizeof(Progress));
  return tally;
}

std::optional<std::string> judge_apart(const Plan& plan) {
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(run_s_max);
    const auto violation = run(plan).violation;
    const std::string promise = violation ? violation->promise : "";
    const bool written = ::write(ends[1], promise.data(), promise.size()) == static_cast<ssize_t>(promise.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  char promise[16];
  const ssize_t size = ::read(ends[0], promise, sizeof(promise));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return "death";
  return size > 0 ? std::optional(std::string(promise, static_cast<std::size_t>(size))) : std::nullopt;
}

}  // namespace toxtore::sim
