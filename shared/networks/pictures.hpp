// The networks of the catalogue that look at pictures of 28×28.
#pragma once

#include "shared/specs/network_spec.hpp"

namespace twin {

/// So many steps bring a schedule to its end.
struct TrainingLength {
  std::int64_t epochs, batch_size, samples;
  std::int64_t steps() const { return epochs * ((samples + batch_size - 1) / batch_size); }
};

/// LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition", figure 2,
/// as it is built today: rectifiers in place of tanh, the largest of a window in place of its mean, every
/// picture of the first layer joined to every one of the second. Padding makes up for the border of two that
/// their pictures of 32×32 had.
NetworkSpec lenet(const TrainingLength& length);

/// He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", figure 2, in three stages of one
/// block each. Each stage begins with a convolution of stride 2, which halves the picture and doubles the
/// channels; the mean over all places stands in front of the output.
NetworkSpec resnet(const TrainingLength& length);

/// Vaswani et al. 2017, "Attention is all you need", the encoder: the 28 rows of a picture are the positions
/// of a sequence. Norms stand in front of what they norm (Xiong et al. 2020, "On layer normalization in the
/// transformer architecture").
NetworkSpec transformer_encoder(const TrainingLength& length);

/// Hinton and Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks": through a code
/// of 32 numbers back to the picture.
NetworkSpec autoencoder(const TrainingLength& length);
/// The same with convolutions of stride 2 on the way in, transposed ones on the way out, and SiLU.
NetworkSpec conv_autoencoder(const TrainingLength& length);
/// Kingma and Welling 2014, "Auto-encoding variational Bayes": the code of 16 numbers is drawn from a normal
/// distribution, whose means and variances the encoder yields. Adam stands in place of the paper's AdaGrad.
NetworkSpec vae(const TrainingLength& length);

}  // namespace twin
