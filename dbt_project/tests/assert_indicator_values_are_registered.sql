-- Every value has its indicator in the registry, which says how it adds up over time.
with indicator_codes as (
    select distinct indicator_code from {{ ref('int_indicator_values') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
)

select indicator_codes.indicator_code
from indicator_codes
left join indicators on indicator_codes.indicator_code = indicators.indicator_code
where indicators.indicator_code is null
