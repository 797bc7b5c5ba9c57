#pragma once

// Every op of the library.
#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/ops/conv_transpose2d.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/linear.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/power.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/scan.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/variance.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
