#pragma once

#include <gradus/data/dataset.hpp>

namespace gradus::data {

namespace detail {

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

inline Tensor as_tensor(const Tensor& x) { return x; }
template <class T>
requires std::is_arithmetic_v<T> Tensor as_tensor(T number) {
  if constexpr (std::floating_point<T>)
    return full({}, number, {.dtype = std::same_as<T, double> ? float64 : float32});
  else
    return from_span(std::span<const std::int64_t>({static_cast<std::int64_t>(number)}), {});
}

/// The parts of an element as tensors.
template <class T>
auto parts(const T& element) {
  if constexpr (std::derived_from<T, Tensor> || std::is_arithmetic_v<T>) {
    return std::array{as_tensor(element)};
  } else if constexpr (TupleLike<T>) {
    return std::apply([](const auto&... part) { return std::array{as_tensor(part)...}; }, element);
  } else {
    std::array<Tensor, member_count<T>()> tensors;
    std::size_t k = 0;
    for_each_member(element, [&](std::string_view, const auto& part) { tensors[k++] = as_tensor(part); });
    return tensors;
  }
}

}  // namespace detail

/// Elements stacked to a batch: tensors gain a first dimension, numbers become a vector (int64, float32 or
/// float64). A batch of tensors or numbers is a Tensor; one of aggregates, pairs or tuples a std::array with
/// a Tensor for each part, so that `auto [images, labels] = batch` works. Throws ShapeError if the elements
/// differ in shape.
struct StackCollate {
  template <class T>
  auto operator()(const std::vector<T>& elements) const {
    using Parts = decltype(detail::parts(elements[0]));
    Parts batch;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      std::vector<Tensor> column;
      for (const T& e : elements) column.push_back(detail::parts(e)[k]);
      batch[k] = stack(column, 0);
    }
    if constexpr (std::derived_from<T, Tensor> || std::is_arithmetic_v<T>)
      return batch[0];
    else
      return batch;
  }
};

}  // namespace gradus::data
