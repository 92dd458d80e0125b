/** @file What the layer is called that is put behind a model from elsewhere: a name that none of its tensors has. */

export const startHeadScope = 'tintype_head';

/** In the state: weight [K, D] and bias [K]. */
export const startHeadNames = {
  weight: `parameters/${startHeadScope}.weight`,
  bias: `parameters/${startHeadScope}.bias`,
};
