#pragma once

// Datasets, loaders and what they read.
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/byte_images.hpp>
#include <gradus/data/cifar.hpp>
#include <gradus/data/collate.hpp>
#include <gradus/data/csv.hpp>
#include <gradus/data/dataset.hpp>
#include <gradus/data/idx.hpp>
#include <gradus/data/image_folder.hpp>
#include <gradus/data/jpeg.hpp>
#include <gradus/data/loader.hpp>
#include <gradus/data/mnist.hpp>
#include <gradus/data/npy.hpp>
#include <gradus/data/npz_dataset.hpp>
#include <gradus/data/png.hpp>
#include <gradus/data/pth.hpp>
#include <gradus/data/safetensors.hpp>
#include <gradus/data/tensor_file.hpp>
#include <gradus/data/transforms.hpp>
