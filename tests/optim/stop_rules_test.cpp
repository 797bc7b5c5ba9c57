#include <gradus/optim/stop_rules.hpp>

#include <thread>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/optim/sgd.hpp>

#include "optim/trajectory.hpp"
#include "support/catch.hpp"

namespace gradus::stop_rules_test {
using namespace test;
using optim::TimeLimit;
using std::chrono::milliseconds, std::chrono::hours;

TEST_CASE("TimeLimit stops when its time has passed, and not before", "[optim][stop_rules]") {
  const TimeLimit far(hours(1)), near(milliseconds(5));
  std::this_thread::sleep_for(milliseconds(6));
  CHECK_FALSE(far.stopped());
  CHECK(far.left() < hours(1));
  CHECK(far.left() > hours(1) - (far.elapsed() + milliseconds(1)));
  CHECK(near.stopped());
  CHECK(near.left().count() == 0);
}

TEST_CASE("TimeLimit goes on from the time that had passed", "[optim][stop_rules]") {
  TimeLimit limit(hours(1));
  optim::State state = limit.state_dict();
  state.numbers["seconds"] = 3599;
  limit.load_state_dict(state);
  CHECK_FALSE(limit.stopped());
  CHECK(limit.left().count() <= 1);
  state.numbers["seconds"] = 3600;
  limit.load_state_dict(state);
  CHECK(limit.stopped());
  CHECK(limit.state_dict().numbers.at("seconds") >= 3600);
}

TEST_CASE("TimeLimit refuses what makes no sense", "[optim][stop_rules][error]") {
  CHECK(text_of<ValueError>([] { TimeLimit limit(hours(0)); }) ==
        "TimeLimit: the limit is 0 s; it must be positive");
  TimeLimit limit(hours(1));
  CHECK_THROWS_AS(limit.load_state_dict({}), ValueError);
  optim::State state = limit.state_dict();
  state.numbers["seconds"] = -1;
  CHECK(text_of<ValueError>([&] { limit.load_state_dict(state); }) ==
        "TimeLimit: -1 s have passed; that must not be negative");
}

TEST_CASE("lr_is_below asks every parameter group", "[optim][stop_rules]") {
  optim::SGD optimizer(std::vector<optim::SGD::Group>{{{zeros({2}, {.requires_grad = true})}, {.lr = 1e-3}},
                                                      {{zeros({2}, {.requires_grad = true})}, {.lr = 1e-5}}});
  CHECK_FALSE(lr_is_below(optimizer, 1e-4));
  CHECK_FALSE(lr_is_below(optimizer, 1e-3));
  optimizer.lr(0) = 1e-6;
  CHECK(lr_is_below(optimizer, 1e-4));
}

}  // namespace gradus::stop_rules_test
