// Fourier transforms.
#include "forms.hpp"

namespace {

using namespace gradus;

/// A case f(x, {.n = .., .dim = ..}) of pairs or of real numbers.
template <class F>
GradcheckCase along_one(const char* name, bool pairs, F f) {
  return {name, [=](Draw& draw) {
            Shape shape{draw.size(5), draw.size(5)};
            const FftOptions o{.n = draw.size(6), .dim = draw.integer(0, 1)};
            if (pairs) shape.push_back(2);
            draw.input("x", shape);
            return trial(draw, fmt::format("{}(x, {{.n = {}, .dim = {}}})", name, *o.n, o.dim),
                         [=](const Inputs& in) { return f(in[0], o); });
          }};
}

template <class F>
GradcheckCase along_all(const char* name, bool pairs, F f) {
  return {name, [=](Draw& draw) {
            Shape shape{draw.size(3), draw.size(3) + 1};
            if (pairs) shape.push_back(2);
            draw.input("x", shape);
            return trial(draw, fmt::format("{}(x)", name), [=](const Inputs& in) { return f(in[0]); });
          }};
}

const GradcheckCases transforms{{
    along_one("fft", true, [](const Tensor& x, const FftOptions& o) { return fft(x, o); }),
    along_one("ifft", true, [](const Tensor& x, const FftOptions& o) { return ifft(x, o); }),
    along_one("rfft", false, [](const Tensor& x, const FftOptions& o) { return rfft(x, o); }),
    along_one("irfft", true, [](const Tensor& x, const FftOptions& o) { return irfft(x, o); }),
    along_one("hfft", true, [](const Tensor& x, const FftOptions& o) { return hfft(x, o); }),
    along_one("ihfft", false, [](const Tensor& x, const FftOptions& o) { return ihfft(x, o); }),
    along_all("fftn", true, [](const Tensor& x) { return fftn(x); }),
    along_all("ifftn", true, [](const Tensor& x) { return ifftn(x); }),
    along_all("rfftn", false, [](const Tensor& x) { return rfftn(x); }),
    along_all("irfftn", true, [](const Tensor& x) { return irfftn(x); }),
    along_all("fftshift", false, [](const Tensor& x) { return fftshift(x); }),
    along_all("ifftshift", false, [](const Tensor& x) { return ifftshift(x); }),
    {"stft",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5), hop = draw.size(3);
       draw.input("x", {draw.size(2), 2 * n});
       draw.input("window", {n}, {.low = 0.5, .high = 1});
       return trial(draw, fmt::format("stft(x, {}, {{.hop_length = {}, .window = window}})", n, hop),
                    [=](const Inputs& in) { return stft(in[0], n, {.hop_length = hop, .window = in[1]}); });
     }},
    {"istft",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5), hop = draw.integer(1, n / 2 + 1);
       draw.input("x", {n / 2 + 1, 4, 2});
       draw.input("window", {n}, {.low = 0.5, .high = 1});
       return trial(draw, fmt::format("istft(x, {}, {{.hop_length = {}, .window = window}})", n, hop),
                    [=](const Inputs& in) { return istft(in[0], n, {.hop_length = hop, .window = in[1]}); });
     }},
}};

}  // namespace
