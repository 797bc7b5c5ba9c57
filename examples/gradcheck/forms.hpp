// What many cases have in common: functions of one tensor, along a dimension, of tensors whose sizes hang
// together.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>

using Inputs = std::vector<gradus::Tensor>;

/// Options of `along`.
struct Along {
  std::string code = {};  ///< C++ of the result, {} for the dimension; name(x, {}) unless given
  bool or_empty = true;   ///< whether sizes may be 0
  gradus::DrawOptions values = {};
};

/// A case f(x, dim) of a tensor of one to three dimensions, along one of them.
template <class F>
gradus::GradcheckCase along(const char* name, const Along& form, F f) {
  return {name, [=](gradus::Draw& draw) {
            gradus::Shape shape = draw.shape(1, 3);
            for (std::int64_t& size : shape) size = form.or_empty ? size : std::max<std::int64_t>(size, 1);
            const std::int64_t dim = draw.integer(0, static_cast<std::int64_t>(shape.size()) - 1);
            draw.input("x", shape, form.values);
            const std::string code = form.code.empty() ? name + std::string("(x, {})") : form.code;
            return trial(draw, fmt::format(fmt::runtime(code), dim),
                         [=](const Inputs& in) { return f(in[0], dim); });
          }};
}

/// A case f(x) of a tensor of this many dimensions; `code` is the C++ of the result.
template <class F>
gradus::GradcheckCase whole(const char* name, const char* code, std::int64_t rank, F f) {
  return {name, [=](gradus::Draw& draw) {
            draw.input("x", draw.shape(rank, rank));
            return trial(draw, code, [=](const Inputs& in) { return f(in[0]); });
          }};
}

/// Draws inputs like "a:nk b:k3": a letter is a size from 1 to 4, the same wherever it stands, a digit
/// itself.
inline void draw_inputs(gradus::Draw& draw, const std::string& inputs,
                        const gradus::DrawOptions& values = {}) {
  std::map<char, std::int64_t> sizes;
  std::istringstream words(inputs);
  for (std::string word; words >> word;) {
    const std::size_t colon = word.find(':');
    gradus::Shape shape;
    for (const char c : word.substr(colon + 1)) {
      if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
        shape.push_back(c - '0');
        continue;
      }
      const auto [size, is_new] = sizes.try_emplace(c);
      if (is_new) size->second = draw.size();
      shape.push_back(size->second);
    }
    draw.input(word.substr(0, colon), shape, values);
  }
}

/// A case f(inputs) of such inputs; `code` is the C++ of the result.
template <class F>
gradus::GradcheckCase of(const char* name, const char* code, const char* inputs,
                         const gradus::DrawOptions& values, F f) {
  return {name, [=](gradus::Draw& draw) {
            draw_inputs(draw, inputs, values);
            return trial(draw, code, f);
          }};
}
template <class F>
gradus::GradcheckCase of(const char* name, const char* code, const char* inputs, F f) {
  return of(name, code, inputs, {}, std::move(f));
}

/// x with all elements apart, for functions of order: moving the middle one of three that are equal changes
/// nothing, either way.
inline gradus::Tensor apart(const gradus::Tensor& x) {
  return x + gradus::reshape(gradus::arange(x.numel()), x.shape()).to(x.dtype()) * 0.371;
}

/// A case f(x, dim) of a function of order; `code` has {0} for x and {1} for the dimension.
template <class F>
gradus::GradcheckCase of_order(const char* name, const char* code, bool or_empty, F f) {
  const std::string in_place = fmt::format(
      fmt::runtime(code), "x + reshape(arange(x.numel()), x.shape()).to(x.dtype()) * 0.371", "{0}");
  return along(name, {.code = in_place, .or_empty = or_empty},
               [=](const gradus::Tensor& x, std::int64_t d) { return f(apart(x), d); });
}
