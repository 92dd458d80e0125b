/** @file Class names of COCO (https://cocodataset.org, 2017): 80 things, and their places among the 91 categories that DETR answers with. */

export const cocoClasses: readonly string[] = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,' +
  'bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,' +
  'sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,' +
  'bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,' +
  'toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,' +
  'teddy bear,hair drier,toothbrush'
).split(',');

/** Category numbers that COCO never used. */
const unused = new Set([0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** By category number, 0 to 90; the unused ones are named `N/A`. */
export const cocoCategories: readonly string[] = (() => {
  const names = cocoClasses.values();
  return Array.from({ length: 91 }, (_, id) => (unused.has(id) ? 'N/A' : (names.next().value ?? 'N/A')));
})();
