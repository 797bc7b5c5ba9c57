#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>
#include <gradus/onnx/onnx.hpp>

#include <sstream>

#include "support/files.hpp"

namespace gradus::export_test {
using namespace test;

namespace {

struct Net {
  nn::Conv2d conv{1, 2, 3};
  nn::BatchNorm2d norm{2};
  nn::Dropout dropout{0.5};
  nn::Linear fc{8, 3};
  Tensor operator()(const Tensor& x) const { return fc(flatten(dropout(relu(norm(conv(x)))), 1)); }
};

struct TwoToTwo {
  nn::Linear fc{2, 2};
  std::array<Tensor, 2> operator()(const Tensor& a, const Tensor& b) const {
    const Tensor y = fc(a) + b;
    return {y, y};
  }
};

struct WithoutForm {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return erfinv(x * 0.1); }
};
struct AnotherWay {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return sum(x).item<float>() > 0 ? relu(x) : tanh(x); }
};
struct Counted {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return where((x > 0).to(int64) * 2 > 1, x, 0); }
};
struct ChangedMask {
  static constexpr int line = __LINE__ + 2;
  Tensor operator()(const Tensor& x) const {
    Tensor mask = x > 0;
    return where(mask.copy_(x > 1), x, 0);
  }
};
struct Compared {
  Tensor operator()(const Tensor& x) const { return where(x > 0, x, 0); }
};
struct Flags {
  Tensor operator()(const Tensor& x) const { return x > 0; }
};
/// What is compared has nothing to do with the input.
struct ComparedWeights {
  nn::Parameter weight = tensor({-1, 1});
  Tensor operator()(const Tensor& x) const { return where(weight > 0, x, 0) + where(arange(2) > 0, x, 1); }
};
struct Random {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return dropout(x, 0.5, true); }
};
struct PartOfBatch {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return narrow(x, 0, 0, x.size(0) - 1) * 2; }
};
struct TwoBatches {
  Tensor operator()(const Tensor& x) const {
    return reshape(matmul(x, transpose(x, 0, 1)), {1, x.size(0), x.size(0)});
  }
};
struct BatchInNumber {
  static constexpr int line = __LINE__ + 1;
  Tensor operator()(const Tensor& x) const { return x * static_cast<double>(x.size(0)); }
};
struct Integers {
  Tensor operator()(const Tensor& x) const { return argmax(x, 1); }
};

const Tensor& outside() {
  static const Tensor x = tensor({{1, 2}}, {.requires_grad = true}) * 2;
  return x;
}
struct FromOutside {
  Tensor operator()(const Tensor& x) const { return x + outside(); }
};

template <class M>
std::string complaint(const M& model, const Tensor& x = full({3, 2}, -0.1), bool dynamic_batch = true) {
  const TempFolder folder;
  const std::string text =
      error_of<Error>([&] { onnx::save(model, {x}, folder / "x", {.dynamic_batch = dynamic_batch}); });
  CHECK(folder.empty());
  CAPTURE(text);
  CHECK(says(text, {"onnx::save: "}));
  if constexpr (requires { M::line; })
    if (x.defined() && x.rank() == 2 && x.numel() > 0)
      CHECK(says(text, {fmt::format("export_test.cpp:{}", M::line)}));
  return text;
}

std::string content(const std::filesystem::path& file) {
  const Bytes bytes = read_bytes(file);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a model is exported with its names, in evaluation mode, and is as before", "[onnx]") {
  manual_seed(1);
  const Net net;
  nn::freeze(net.conv);
  const TempFolder folder;
  onnx::save(net, {randn({2, 1, 4, 4})}, folder / "net.onnx", {.dynamic_batch = true});
  const std::string text = content(folder / "net.onnx");
  const std::string open_size = "\022\005batch";  // the second field of a size, of five bytes
  CHECK(says(text, {"gradus", "conv.weight", "conv.bias", "norm.weight", "norm.running_mean",
                    "norm.running_var", "fc.weight", "Conv", "BatchNormalization", "Relu", "Gemm", open_size,
                    "input", "output", "export_test.cpp:"}));
  CHECK_FALSE(says(text, {"Dropout"}));
  CHECK_FALSE(net.conv.weight.requires_grad());
  CHECK(net.fc.weight.requires_grad());
  CHECK(bool(net.dropout.training));
  CHECK_FALSE(net.fc.weight.grad().defined());
  onnx::save(net, {randn({5, 1, 4, 4})}, folder / "again.onnx", {.dynamic_batch = true});
  CHECK(content(folder / "again.onnx") == text);  // nothing of the example's values or size is in it
  onnx::save(net, {randn({2, 1, 4, 4})}, folder / "fixed.onnx");
  CHECK_FALSE(says(content(folder / "fixed.onnx"), {open_size}));
}

TEST_CASE("inputs and outputs have names", "[onnx]") {
  const TempFolder folder;
  const std::vector<Tensor> examples{ones({3, 2}), ones({3, 2})};
  onnx::save(TwoToTwo{}, examples, folder / "x");
  CHECK(says(content(folder / "x"), {"input_0", "input_1", "output_0", "output_1"}));
  onnx::save(TwoToTwo{}, examples, folder / "x",
             {.input_names = {"left", "right"}, .output_names = {"sum", "again"}});
  CHECK(says(content(folder / "x"), {"left", "right", "sum", "again"}));
  const auto refused = [&](const onnx::Options& options) {
    return error_of<ValueError>([&] { onnx::save(TwoToTwo{}, examples, folder / "no", options); });
  };
  CHECK(says(refused({.input_names = {"one"}}), {"1 input names", "2 inputs"}));
  CHECK(says(refused({.output_names = {"one"}}), {"1 output names", "2 outputs"}));
  CHECK(says(refused({.input_names = {"a", "a"}}), {"name a is taken twice"}));
  CHECK(says(refused({.input_names = {"a", "fc.weight"}}), {"name fc.weight is taken twice"}));
  CHECK(says(error_of<ValueError>([&] { onnx::save(TwoToTwo{}, {examples[0]}, folder / "no"); }),
             {"1 inputs", "2"}));
  CHECK(says(error_of<IoError>([&] { onnx::save(TwoToTwo{}, examples, folder / "no/x"); }),
             {"no/x", "No such file"}));
}

TEST_CASE("what has no ONNX form is an error with the op and its line", "[onnx][error]") {
  CHECK(says(complaint(WithoutForm{}), {"erfinv has no ONNX form"}));
  CHECK(says(complaint(AnotherWay{}), {"another way", "tanh here, relu there"}));
  CHECK(says(complaint(Counted{}), {"input 0 of where", "not recorded, such as those on integers"}));
  CHECK(says(complaint(Counted{}, full({3, 2}, -0.1), false), {"input 0 of where"}));
  CHECK(says(complaint(ChangedMask{}), {"the result of gt was changed in place"}));
  CHECK(says(complaint(Random{}), {"random numbers"}));
  CHECK(says(complaint(PartOfBatch{}), {"part of the batch"}));
  CHECK(says(complaint(BatchInNumber{}), {"input 1 of mul"}));
  CHECK(says(complaint(Integers{}), {"output 0 is not computed by a recorded op"}));
  CHECK(says(complaint(FromOutside{}), {"mul", "before the model was called"}));
  CHECK(says(complaint(WithoutForm{}, tensor(1)), {"input 0 is []", "dynamic batch"}));
  CHECK(says(complaint(WithoutForm{}, zeros({0, 2})), {"input 0 is [0, 2]", "dynamic batch"}));
  CHECK(says(complaint(WithoutForm{}, Tensor()), {"input 0 is undefined"}));
}

TEST_CASE("comparisons with the input are exported, others are constants", "[onnx]") {
  const TempFolder folder;
  onnx::save(Compared{}, {ones({3, 2})}, folder / "x", {.dynamic_batch = true});
  CHECK(says(content(folder / "x"), {"Greater", "Where", "export_test.cpp:"}));
  onnx::save(Flags{}, {ones({3, 2})}, folder / "x", {.dynamic_batch = true});
  CHECK(says(content(folder / "x"), {"Greater"}));
  onnx::save(ComparedWeights{}, {ones({3, 2})}, folder / "x", {.dynamic_batch = true});
  CHECK(says(content(folder / "x"), {"Where"}));
  CHECK_FALSE(says(content(folder / "x"), {"Greater"}));
}

TEST_CASE("a shape with the batch in it twice is made when the model runs", "[onnx]") {
  const TempFolder folder;
  onnx::save(TwoBatches{}, {ones({3, 2})}, folder / "x", {.dynamic_batch = true});
  CHECK(says(content(folder / "x"), {"Shape", "Gather", "Concat"}));
}

}  // namespace gradus::export_test
