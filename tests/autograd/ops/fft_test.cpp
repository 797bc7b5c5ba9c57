// Fourier transforms: against PyTorch, by hand, of long signals, errors.
#include <gradus/autograd/ops/fft.hpp>

#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <numbers>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"

namespace gradus::fft_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "fft.json";

FftNorm norm_of(Options o) {
  const std::string name = o.text("norm", "backward");
  return name == "ortho" ? FftNorm::ortho : name == "forward" ? FftNorm::forward : FftNorm::backward;
}
FftOptions one_dim(Options o) {
  FftOptions options{.dim = o.integer("dim", -1), .norm = norm_of(o)};
  if (o.has("n")) options.n = o.integer("n", 0);
  return options;
}
FftnOptions several(Options o) { return {.dims = o.integers("dims"), .norm = norm_of(o)}; }

StftOptions short_time(In in, Options o) {
  StftOptions options{
      .window = in.find("window"), .center = o.flag("center", true), .normalized = o.flag("normalized")};
  if (o.has("hop_length")) options.hop_length = o.integer("hop_length", 0);
  const std::string mode = o.text("pad_mode", "reflect");
  options.pad_mode = mode == "circular"    ? PadMode::circular
                     : mode == "replicate" ? PadMode::replicate
                                           : PadMode::reflect;
  return options;
}
std::optional<std::int64_t> length(Options o) {
  return o.has("length") ? std::optional(o.integer("length", 0)) : std::nullopt;
}

/// The sums as they are defined, for pairs [n, 2].
Tensor by_definition(const Tensor& x) {
  const std::int64_t n = x.size(0);
  const Tensor k = arange(n), turns = remainder(outer(k.to(float64), k.to(float64)), static_cast<double>(n));
  const Tensor angle = turns * (2 * std::numbers::pi / static_cast<double>(n)), re = select(x, 1, 0),
               im = select(x, 1, 1);
  return stack({mv(cos(angle), re) + mv(sin(angle), im), mv(cos(angle), im) - mv(sin(angle), re)}, 1);
}

}  // namespace

TEST_CASE("Fourier transforms agree with PyTorch and central differences", "[fft][gradient]") {
  CHECK(disagreement(file, "fft", [](In in, Options o) { return fft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "ifft", [](In in, Options o) { return ifft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "rfft", [](In in, Options o) { return rfft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "hfft", [](In in, Options o) { return hfft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "ihfft", [](In in, Options o) { return ihfft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "irfft", [](In in, Options o) { return irfft(in["x"], one_dim(o)); }) == "");
  CHECK(disagreement(file, "fftn", [](In in, Options o) { return fftn(in["x"], several(o)); }) == "");
  CHECK(disagreement(file, "ifftn", [](In in, Options o) {
          FftnOptions options = several(o);
          options.norm = FftNorm::ortho;
          return ifftn(in["x"], options);
        }) == "");
  CHECK(disagreement(file, "rfftn", [](In in, Options o) { return rfftn(in["x"], several(o)); }) == "");
  CHECK(disagreement(file, "irfftn", [](In in, Options o) { return irfftn(in["x"], several(o)); }) == "");
}

TEST_CASE("short-time Fourier transforms agree with PyTorch and central differences", "[fft][gradient]") {
  CHECK(disagreement(file, "stft", [](In in, Options o) {
          return stft(in["x"], o.integer("n_fft", 0), short_time(in, o));
        }) == "");
  CHECK(disagreement(file, "istft", [](In in, Options o) {
          return istft(in["x"], o.integer("n_fft", 0), short_time(in, o), length(o));
        }) == "");
}

TEST_CASE("frequencies and their order agree with PyTorch", "[fft]") {
  CHECK(disagreement(file, "fftfreq", [](In, Options o) { return fftfreq(o.integer("n", 0), 0.25, f64); }) ==
        "");
  CHECK(disagreement(file, "rfftfreq",
                     [](In, Options o) { return rfftfreq(o.integer("n", 0), 0.25, f64); }) == "");
  CHECK(disagreement(file, "fftshift",
                     [](In in, Options o) { return fftshift(in["x"], o.integers("dims")); }) == "");
  CHECK(disagreement(file, "ifftshift",
                     [](In in, Options o) { return ifftshift(in["x"], o.integers("dims")); }) == "");
}

TEST_CASE("Fourier transforms of every length are those of the definition, and come back", "[fft]") {
  for (const std::int64_t n : {1, 2, 3, 5, 8, 12, 31, 64, 97, 100, 243, 256}) {
    CAPTURE(n);
    const Tensor x = variable({n, 2}, 3).detach();
    const Tensor y = fft(x, {.dim = 0});
    CHECK(difference(y, by_definition(x)) < 1e-12);
    CHECK(difference(ifft(y, {.dim = 0}), x) < 1e-13);
    const Tensor real = variable({3, n}, 4).detach();
    CHECK(difference(irfft(rfft(real), {.n = n}), real) < 1e-13);
    CHECK(difference(hfft(ihfft(real), {.n = n}), real) < 1e-13);
    CHECK(std::abs(norm(fft(x, {.norm = FftNorm::ortho})).item<double>() - norm(x).item<double>()) < 1e-12);
  }
  const Tensor tone =
      cos(arange(8).to(float32) * static_cast<float>(std::numbers::pi / 2));  // two turns in 8
  CHECK(difference(select(rfft(tone), 1, 0), tensor({0, 0, 4, 0, 0})) < 1e-6);
  CHECK(rfft(tone).dtype() == float32);
  CHECK(fft(zeros({0, 4, 2})).shape() == Shape{0, 4, 2});
  CHECK(rfft(zeros({3, 0}), {.n = 4}).shape() == Shape{3, 3, 2});
}

TEST_CASE("a signal comes back from its short-time transform", "[fft]") {
  const Tensor x = variable({2, 57}, 5).detach();
  const StftOptions options{.hop_length = 4, .window = hann_window(16, {.dtype = float64})};
  CHECK(stft(x, 16, options).shape() == Shape{2, 9, 15, 2});
  CHECK(difference(istft(stft(x, 16, options), 16, options, 57), x) < 1e-13);
  CHECK(stft(variable({40}), 8).shape() == Shape{5, 21, 2});
}

TEST_CASE("Fourier transforms have the same bits for any number of threads", "[fft][threads]") {
  const Tensor x = variable({200, 60, 2}, 6).detach();
  CHECK(same_for_any_threads([&] { return fft(x); }));
}

TEST_CASE("Fourier transforms say what is wrong", "[fft][error]") {
  CHECK_THROWS_WITH(fft(zeros({4})), Contains("fft: given [4]; needs pairs, [.., n, 2] (fft_test.cpp:"));
  CHECK_THROWS_WITH(ifft(zeros({4, 3})), Contains("ifft: given [4, 3]; needs pairs"));
  CHECK_THROWS_WITH(rfft(integers({1, 2})), Contains("rfft: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(fft(zeros({4, 2}), {.n = 0}),
                    Contains("fft: a length of 0 was given; it must be at least 1"));
  CHECK_THROWS_WITH(irfft(zeros({1, 2})), Contains("irfft: a length of 0 was given"));
  CHECK_THROWS_WITH(hfft(zeros({3})), Contains("hfft: given [3];"));
  CHECK_THROWS_WITH(hfft(zeros({1, 2})), Contains("a length of 0 was given") && Contains("(fft_test.cpp:"));
  CHECK_THROWS_WITH(ihfft(integers({1, 2})), Contains("given int64; needs float32 or float64"));
  CHECK_THROWS_AS(fft(zeros({0, 2})), ValueError);
  CHECK_THROWS_AS(fft(zeros({4, 2}), {.dim = 1}), IndexError);
  CHECK_THROWS_AS(fftn(zeros({4, 3, 2}), {.dims = {0, 0}}), ValueError);
  CHECK_THROWS_AS(rfftn(tensor(1)), ShapeError);
  CHECK_THROWS_WITH(fftfreq(0), Contains("fftfreq: a length of 0"));
  CHECK_THROWS_WITH(rfftfreq(3, 0), Contains("rfftfreq: the distance of samples is 0"));
  CHECK_THROWS_WITH(stft(zeros({9}), 8, {.hop_length = 0}), Contains("stft: n_fft is 8 and hop_length 0"));
  CHECK_THROWS_WITH(stft(zeros({9}), 8, {.window = ones({9})}),
                    Contains("stft: the window is [9]; needs [k], k <= 8"));
  CHECK_THROWS_WITH(stft(zeros({5}), 8, {.center = false}),
                    Contains("stft: the signal is [5]; a frame takes 8 samples"));
  CHECK_THROWS_AS(stft(zeros({9}), 8, {.window = ones({8}, f64)}), DTypeError);
  CHECK_THROWS_WITH(istft(zeros({4, 3, 2}), 8),
                    Contains("istft: given [4, 3, 2]; needs pairs [.., 5, frames, 2]"));
  CHECK_THROWS_WITH(istft(zeros({5, 1, 2}), 8),
                    Contains("istft: given 1 frames of 8 samples, which cover nothing"));
  CHECK_THROWS_WITH(istft(zeros({5, 3, 2}), 8, {.window = zeros({8})}), Contains("no window reaches"));
}

}  // namespace gradus::fft_test
