#include <gradus/nn/gradcheck.hpp>

#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/rnn.hpp>
#include <gradus/nn/sequential.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::gradcheck_test {

namespace {

struct Mlp {
  nn::Linear fc1{3, 4};
  nn::Linear fc2{4, 2};
  Tensor operator()(const Tensor& x) const { return fc2(tanh(fc1(x))); }
};

/// x * w with a derivative for w that is half as large as it should be.
struct HalfWrong {
  static constexpr std::string_view name = "half_wrong";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& x, const Tensor& w) const { return x * w; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
    d.wrt(1, [&] { return d.grad() * d.input(0) * 0.5; });
  }
};

struct Faulty {
  nn::Linear fc{2, 2};
  nn::Parameter scale = ones({2});
  Tensor operator()(const Tensor& x) const {
    return record(HalfWrong{}, SourceLocation::current(), fc(x), Tensor(scale));
  }
};

}  // namespace

TEST_CASE("gradcheck of a model checks inputs and parameters and leaves the model alone", "[nn][gradcheck]") {
  const Mlp net;
  const nn::StateDict before = nn::state_dict(nn::clone(net));
  const Generator::State random = default_generator().state();
  const Tensor x = randn({2, 3});
  const Generator::State after_x = default_generator().state();
  const GradcheckReport report = gradcheck(net, {x});
  CHECK(report);
  CHECK(report.checked == 4 * (2 * 3 + 4 * 3 + 4 + 2 * 4 + 2));
  REQUIRE(report.precision.size() == 1);  // it was called in float32, too
  CHECK(report.precision[0].worst_ulp < 8);
  CHECK(gradgradcheck(net, {x}));
  CHECK(random != after_x);
  CHECK(default_generator().state() == after_x);
  CHECK(net.fc1.weight.dtype() == float32);
  CHECK_FALSE(net.fc1.weight.grad().defined());
  CHECK_FALSE(x.requires_grad());
  const nn::StateDict after = nn::state_dict(net);
  for (std::size_t i = 0; i < after.size(); ++i)
    CHECK(after[i].second.to_vector<float>() == before[i].second.to_vector<float>());
}

TEST_CASE("gradcheck of a model names the parameter whose derivative is wrong", "[nn][gradcheck]") {
  const GradcheckReport report = gradcheck(Faulty{}, {ones({3, 2})});
  CHECK_FALSE(report);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().input_name == "scale");
}

TEST_CASE("gradcheck of a model tries train and eval mode, each from the same buffers", "[nn][gradcheck]") {
  struct WrongInOneMode {
    bool wrong_in_training;
    nn::Linear fc{2, 2};
    nn::BatchNorm1d norm{2, {.eps = 0.1}};
    nn::Parameter scale = ones({2});
    Tensor operator()(const Tensor& x) const {
      const Tensor y = norm(fc(x));
      if (norm.training == wrong_in_training)
        return record(HalfWrong{}, SourceLocation::current(), y, Tensor(scale));
      return y * scale;
    }
  };
  for (const bool training : {true, false}) {
    WrongInOneMode net{training};
    nn::train(net, !training);
    const GradcheckReport report = gradcheck(net, {randn({3, 2})});
    REQUIRE(report.diagnoses.size() == 1);
    CHECK(report.diagnoses[0].bug == GradcheckBug::constant_factor);
    CHECK_THAT(report.diagnoses[0].text,
               Catch::Matchers::EndsWith(training ? "(in train mode)" : "(in eval mode)"));
    CHECK(report.worst.front().input_name == "scale");
    CHECK(bool(net.norm.training) == !training);
    CHECK(sum(net.norm.running_mean).item<float>() == 0);
  }
}

TEST_CASE("gradcheck takes models that return structs, as recurrent ones do", "[nn][gradcheck]") {
  const nn::LSTM net{2, 1};
  const GradcheckReport report = gradcheck(net, {randn({2, 1, 2})});  // output [2, 1, 1], h and c [1, 1, 1]
  CHECK(report);
  CHECK(report.checked == 2 * (2 + 1 + 1) * (2 * 2 + 4 * 2 + 4 + 4 + 4));  // in either mode
}

TEST_CASE("gradcheck passes over frozen parameters", "[nn][gradcheck]") {
  Mlp net;
  nn::freeze(net.fc1);
  CHECK(gradcheck(net, {ones({2, 3})}).checked == 4 * (2 * 3 + 2 * 4 + 2));
}

TEST_CASE("gradcheck takes models of random numbers and of several inputs", "[nn][gradcheck]") {
  struct Noisy {
    nn::Linear fc{2, 2};
    Tensor operator()(const Tensor& x, const Tensor& y) const {
      return fc(x) * y * rand({2}, {.dtype = x.dtype()});
    }
  };
  CHECK(gradcheck(Noisy{}, {ones({3, 2}), ones({3, 1})}));
  CHECK(gradgradcheck(Noisy{}, {ones({3, 2}), ones({3, 1})}));
}

}  // namespace gradus::gradcheck_test
