// The socket server by itself: limits that the whole daemon would take long to reach.
#include "daemon/server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "daemon/running_daemon.h"

namespace toxtore {
namespace {

/// Answers every line with itself; "subscribe" begins a subscription of `events_left` long lines.
class EchoService final : public LineService {
 public:
  std::optional<std::string> answer(std::string_view line, Session& session) override {
    if (line == "subscribe") session.subscription = Subscription(0);
    if (line == "silent") return std::nullopt;
    if (line == "big") {
      ++big_answers;
      return std::string(std::size_t{1024} * 1024, 'b');
    }
    return std::string(line);
  }
  std::vector<std::string> next_events(Session&) override {
    if (events_left == 0) return {};
    --events_left;
    return {std::string(10'000, 'e')};
  }
  void requests_done() override {}

  std::atomic<int> events_left = 0;
  std::atomic<int> big_answers = 0;
};

/// The server in a thread of its own, which is the only one to touch it.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto listening = Server::listen(io, path, service);
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(*listening);
    thread = std::thread([this] { io.run(); });
  }
  void TearDown() override {
    if (!thread.joinable()) return;
    on_server([this] { server.reset(); });
    io.stop();
    thread.join();
  }
  /// Runs in the server's thread and waits for it.
  void on_server(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(io, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  RpcClient connect() { return std::move(*RpcClient::connect(path)); }

  TestFolder folder;
  std::filesystem::path path = folder / "test.sock";
  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running{io.get_executor()};
  EchoService service;
  std::unique_ptr<Server> server;
  std::thread thread;
};

TEST_F(ServerTest, LinesInPieces) {
  auto client = connect();
  ASSERT_TRUE(client.send_line("one\ntwo\nsilent\nthree"));
  for (const char* line : {"one", "two", "three"}) EXPECT_EQ(client.read_line().value(), line);
}

TEST_F(ServerTest, TheClientAfterTheLastIsTurnedAwayWithAWord) {
  std::vector<RpcClient> clients;
  for (std::size_t i = 0; i < connections_max; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back().send_line("here"));
    ASSERT_TRUE(clients.back().read_line());
  }
  auto late = connect();
  const auto line = late.read_line();
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(nlohmann::json::parse(*line)["error"]["data"]["kind"], "busy");
  EXPECT_EQ(late.read_line().error().kind, ErrorKind::offline);

  clients.pop_back();  // one leaves, and there is room again
  EXPECT_TRUE(eventually([&] {
    auto next = connect();
    return next.send_line("here") && next.read_line() == "here";
  }));
}

TEST_F(ServerTest, NoticesAreDroppedForWhoDoesNotRead) {
  auto client = connect();
  ASSERT_TRUE(client.send_line("subscribe"));
  ASSERT_EQ(client.read_line().value(), "subscribe");
  const std::string notice(1'000, 'n');
  on_server([&] {
    for (int i = 0; i < 10'000; ++i) server->notify(notice);  // 10 MB
  });
  ASSERT_TRUE(client.send_line("end"));
  std::size_t got = 0;
  while (client.read_line().value() != "end") ++got;
  EXPECT_GE(got, notice_backlog_bytes_max / 1'001);
  EXPECT_LT(got, 3'000U) << "1 MiB and what the system's own buffers hold";
}

TEST_F(ServerTest, RequestsOfWhoDoesNotReadWait) {
  constexpr int requests = 60;  // fewer than a turn takes
  auto client = connect();
  std::string lines = "big";
  for (int i = 1; i < requests; ++i) lines += "\nbig";
  ASSERT_TRUE(client.send_line(lines));
  EXPECT_TRUE(eventually([&] { return service.big_answers.load() >= 8; }));
  on_server([] {});
  on_server([] {});
  EXPECT_LE(service.big_answers.load(), 10) << "8 MiB and what the system's own buffers hold";
  for (int i = 0; i < requests; ++i) ASSERT_TRUE(client.read_line()) << i;
  EXPECT_EQ(service.big_answers.load(), requests) << "who reads gets them all";
}

TEST_F(ServerTest, NoticesAreForSubscribersOnly) {
  auto client = connect();
  ASSERT_TRUE(client.send_line("here"));
  ASSERT_EQ(client.read_line().value(), "here");
  on_server([&] { server->notify("notice"); });
  ASSERT_TRUE(client.send_line("end"));
  EXPECT_EQ(client.read_line().value(), "end");
}

TEST_F(ServerTest, EventsWaitForTheReader) {
  constexpr int events = 2'000;  // 20 MB
  service.events_left = events;
  auto client = connect();
  ASSERT_TRUE(client.send_line("subscribe"));
  ASSERT_EQ(client.read_line().value(), "subscribe");
  on_server([] {});
  EXPECT_GT(service.events_left.load(), events - 200) << "no more is made than fits the buffers";
  for (int i = 0; i < events; ++i) ASSERT_TRUE(client.read_line()) << i;
  EXPECT_EQ(service.events_left.load(), 0);
}

TEST_F(ServerTest, WhoEndsItsSideGetsTheAnswersStill) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += std::to_string(i) + std::string(2'000, 'x') + "\n";  // more than buffers hold
  ASSERT_EQ(::send(descriptor, lines.data(), lines.size(), 0), static_cast<ssize_t>(lines.size()));
  ::shutdown(descriptor, SHUT_WR);
  std::string got;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0) got.append(buffer, static_cast<std::size_t>(size));
  ::close(descriptor);
  EXPECT_EQ(got, lines);
}

TEST_F(ServerTest, ALivingSocketIsNotTaken) {
  boost::asio::io_context other;
  const auto second = Server::listen(other, path, service);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  auto client = connect();
  ASSERT_TRUE(client.send_line("here"));
  EXPECT_EQ(client.read_line().value(), "here");
}

TEST_F(ServerTest, APathThatIsTooLong) {
  boost::asio::io_context other;
  const auto refused = Server::listen(other, folder / std::string(120, 'x'), service);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::too_long);
}

}  // namespace
}  // namespace toxtore
