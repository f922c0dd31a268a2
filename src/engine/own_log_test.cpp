// A device's log that is closed, and the one that is opened after it (P8).
#include "engine/own_log.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/core.h"
#include "engine/test_two_devices.h"
#include "store/memory_store.h"
#include "wire/body.h"

namespace toxtore {
namespace {

class ClosedLog : public TwoDevices {
 protected:
  void SetUp() override {
    TwoDevices::SetUp();
    send(laptop, "before");
    world.run_for(10'000);
    close(laptop);
  }

  /// As whoever closes it inside the engine does.
  void close(World::Node& device) {
    world.stop(device);
    {
      Core core({device.address, device.name, {}, {}, {}}, *device.store, *device.random);
      ASSERT_TRUE(core.close_log());
    }
    world.start(device);
  }
  [[nodiscard]] std::set<LogId> logs_of(const World::Node& device) const {
    std::set<LogId> logs;
    const VectorClock clock = server.store->clock();
    for (const auto& [log, prefix] : clock.logs()) {
      if (log.device == device.key()) logs.insert(log);
    }
    return logs;
  }
};

TEST_F(ClosedLog, IsNotContinued) {
  const std::uint32_t before = laptop.store->clock().prefix({laptop.key(), 0});
  world.run_for(10'000);
  const auto row = send(laptop, "after");
  EXPECT_NE(row.id.log().incarnation, 0U);
  EXPECT_LT(row.id.log().incarnation, 0x80000000) << "the upper half belongs to branches";
  EXPECT_EQ(row.id.number(), 1U);
  EXPECT_EQ(laptop.store->clock().prefix({laptop.key(), 0}), before);
}

TEST_F(ClosedLog, TheNextOneIsFetchedAndDeliveredLikeAnyOther) {
  world.stop(bob);
  const auto row = send(laptop, "after");
  world.run_for(10'000);
  EXPECT_EQ(laptop.store->holdings(), server.store->holdings());
  EXPECT_TRUE(server.store->event(row.id));
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 2; })) << "the server delivers it";
  world.run_for(10'000);
  EXPECT_EQ(history(laptop), (std::vector<std::string>{"> before [delivered]", "> after [delivered]"}));
  EXPECT_EQ(history(laptop), history(server));
}

TEST_F(ClosedLog, TheNextOneIsGoneOnWithAfterARestart) {
  const auto first = send(laptop, "after");
  world.stop(laptop);
  world.start(laptop);
  world.run_for(10'000);
  const auto second = send(laptop, "and later");
  EXPECT_EQ(second.id.log(), first.id.log());
  EXPECT_EQ(second.id.number(), 2U);
}

TEST_F(ClosedLog, EachClosingOpensAnother) {
  send(laptop, "one");
  close(laptop);
  send(laptop, "two");
  close(laptop);
  close(laptop);  // nothing was logged since
  send(laptop, "three");
  world.run_for(10'000);
  EXPECT_EQ(logs_of(laptop).size(), 4U);
  EXPECT_EQ(laptop.store->holdings(), server.store->holdings());
}

// Two copies of a database whose log is closed.
TEST_F(ClosedLog, TheIncarnationIsDrawnWithTheFirstEvent) {
  const auto incarnation = [&](std::uint64_t seed) {
    auto copy = make_memory_store();
    EXPECT_TRUE(copy->transact([&]() -> Result<void> {
      OwnLog::remember_closed(*copy);
      return {};
    }));
    SeededRandom random(seed);
    Core core({laptop.address, "laptop", {}, {}, {}}, *copy, random);
    return core.log({MarkRead{}}, world.now())->front().dot.log().incarnation;
  };
  EXPECT_NE(incarnation(1), incarnation(2));
}

class Fixed final : public Random {
 public:
  explicit Fixed(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(numbers_.at(next_) >> (8 * (out.size() - 1 - i)));
    }
    ++next_;
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::size_t next_ = 0;
};

TEST(OwnLog, DrawsNoIncarnationThatIsTaken) {
  const auto store = make_memory_store();
  const PublicKey self{};
  VectorClock known;
  known.raise({self, 7}, 1);
  Fixed random({0, 0x80000000, 7, 0x80000007, 0x80000009});
  EXPECT_EQ(OwnLog(self, *store).draw(known, random), (LogId{self, 9}));
}

}  // namespace
}  // namespace toxtore
