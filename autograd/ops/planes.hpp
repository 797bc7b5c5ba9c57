#pragma once

#include <gradus/autograd/kernels/pool.hpp>
#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of ops on the planes of images: tensors [N, C, H, W] or [C, H, W].
namespace gradus::planes {

/// Height and width of an image tensor. Throws ShapeError unless x has 3 or 4 dimensions.
Pair size(const Tensor& x);
/// Number of images and channels; a [C, H, W] tensor is one image.
kernels::PlaneCount count(const Tensor& x);

/// An uninitialised tensor with the images and channels of `x` and planes of `size`: channels-last where `x`
/// is, else row-major.
Tensor empty(const Tensor& x, Pair size, DType dtype);

/// An uninitialised tensor [N, C, H, W] with its channels side by side.
Tensor empty_channels_last(const Shape& shape, DType dtype);

/// The elements of x as T, for kernels; writable if T is not const.
template <class T>
kernels::Planes<T> of(const Tensor& x) {
  const Strides& s = x.strides();
  const std::size_t c = x.rank() - 3;
  return {x.mutable_data<std::remove_const_t<T>>(), c == 1 ? s[0] : 0, s[c], s[c + 1], s[c + 2]};
}

}  // namespace gradus::planes
