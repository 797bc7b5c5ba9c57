#include <gradus/optim/muon.hpp>

#include "optim/any_optimizer.hpp"

namespace gradus::muon_test {
using namespace test;
using optim::Muon;

TEST_CASE("Muon takes the ten steps of its published algorithm", "[optim][muon][fixtures]") {
  for (const Fixture& f : fixtures("more_optim.json", "muon"))
    for (const auto& [dtype, tolerance] : {std::pair{float64, 1e-10}, std::pair{float32, 2e-4}}) {
      CAPTURE(f.name, dtype);
      auto options = read_options<optim::MuonOptions>(f.options);
      options.lr = f.options.number("lr", 0);
      Tensor a = leaf(f.inputs["a"], dtype);
      Muon muon({a}, options);
      for (std::int64_t step = 0; step < 10; ++step) {
        a.set_grad(column_major(select(f.inputs["grad_a"], 0, step).to(dtype)));
        muon.step();
        CHECK(difference(a.detach(), select(f.outputs["a"], 0, step)) < tolerance);
      }
    }
}

TEST_CASE("Muon's step has singular values near 1, whatever the gradient's", "[optim][muon]") {
  Tensor w = leaf(zeros({2, 2}, {.dtype = float64}));
  Muon muon({w}, {.lr = 1, .weight_decay = 0, .nesterov = false, .ns_steps = 8});
  w.set_grad(tensor({{300, 0}, {0, -0.5}}, {.dtype = float64}));
  muon.step();
  const auto moved = w.to_vector<double>();
  CHECK(std::abs(moved[0] + 1) < 0.35);
  CHECK(std::abs(moved[3] - 1) < 0.35);
  CHECK((moved[1] == 0 && moved[2] == 0));
}

TEST_CASE("Muon takes the weight of a convolution as the matrix of its filters", "[optim][muon]") {
  const Tensor values = linspace(-1, 1, 24, {.dtype = float64}), slope = sin(3 * values);
  Tensor filters = leaf(reshape(values, {2, 3, 2, 2})), matrix = leaf(reshape(values, {2, 12}));
  Muon muon({filters, matrix});
  filters.set_grad(reshape(slope, {2, 3, 2, 2}));
  matrix.set_grad(reshape(slope, {2, 12}));
  muon.step();
  CHECK(difference(reshape(filters.detach(), {2, 12}), matrix.detach()) == 0);
  CHECK(difference(matrix.detach(), reshape(values, {2, 12})) > 1e-5);
}

TEST_CASE("Muon refuses vectors and options out of range", "[optim][muon][error]") {
  CHECK(text_of<ShapeError>([] {
          Muon muon({leaf(ones({2, 2})), leaf(ones({3}))});
        }) == "Muon: parameter 1 is [3]; needs a matrix; give vectors to another optimizer, such as AdamW");
  const auto refusal = [](const optim::MuonOptions& options) {
    return text_of<ValueError>([&] { Muon muon({leaf(ones({2, 2}))}, options); });
  };
  CHECK(refusal({.momentum = 1}) == "Muon: momentum is 1; it must lie in [0, 1)");
  CHECK(refusal({.eps = 0}) == "Muon: eps is 0; it must be above 0");
  CHECK(refusal({.ns_steps = 0}) == "Muon: ns_steps is 0; it must lie in [1, 100)");
  CHECK(refusal({.weight_decay = -1}) == "Muon: weight_decay is -1; it must not be negative");
}

TEST_CASE("Muon going up -f is Muon going down f, bit for bit", "[optim][muon][maximize]") {
  check_climbing("Muon", {reshape(linspace(-1, 1, 6), {2, 3})});
}

TEST_CASE("Muon continues from its state", "[optim][muon]") {
  const Tensor g = tensor({{1, 2}, {-3, 0.5}});
  Tensor a = leaf_with_gradient(ones({2, 2}), g), b = leaf_with_gradient(ones({2, 2}), g);
  Muon first({a}), second({b});
  first.step();
  b.detach().copy_(a.detach());
  second.load_state_dict(first.state_dict());
  CHECK(second.options().ns_steps == 5);
  first.step();
  second.step();
  CHECK(difference(a.detach(), b.detach()) == 0);
}

}  // namespace gradus::muon_test
